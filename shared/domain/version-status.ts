/** What the registry says of a version that a release is about, as the tag `ratchetStatus`. Closed. */
export type VersionStatus =
  | 'candidate' // its release has begun
  | 'approved' // people have let it past a stage of approval
  | 'serving' // it answers every request, and is not settled
  | 'settled' // rollbacks may go to it
  | 'superseded' // a newer one took its place before it served everybody
  | 'rejected' // people did not approve it, or it could not be deployed
  | 'rolled-back' // it was gone back from
  | 'embargoed'; // nothing lets it anywhere
