# Read by the scripts beside it, in bash: what a release has sent, refused unless it is of the form that Ratchet sends. What comes
# from outside is in the environment alone, never in the text of a script, and is looked at before it is used or printed.

MODEL_DIGEST="${MODEL_DIGEST-}"
PREVIOUS_VERSION="${PREVIOUS_VERSION-}"

refuse() {
  echo "$1: not of the form that a release sends; the pipeline takes it from Ratchet, see docs/pipelines.md" >&2
  exit 2
}

is_like() {
  local LC_ALL=C
  [[ $1 =~ ^($2)$ ]]
}

is_like "${MODEL_NAME-}" '[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}' || refuse modelName
is_like "${MODEL_VERSION-}" '[0-9]{1,10}' || refuse modelVersion
is_like "${MODEL_DIGEST-}" '([0-9a-f]{64})?' || refuse modelDigest
is_like "${PREVIOUS_VERSION-}" '[0-9]{0,10}' || refuse previousVersion
is_like "${RATCHET_RELEASE-}" '[A-Za-z0-9][A-Za-z0-9._:-]{0,199}' || refuse ratchetRelease
