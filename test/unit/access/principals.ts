/** Principals as App Service authentication writes them. */
export const objectIdType = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
export const subjectType = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier';

interface Claim {
  readonly typ: string;
  readonly val: string;
}

export const claim = (typ: string, val: string): Claim => ({ typ, val });

/** A person's, with these claims beside those that say who it is. */
export const ofPerson = (...claims: readonly Claim[]): readonly Claim[] => [
  claim(objectIdType, '3f2c8a4e-0000-4000-8000-000000000001'),
  claim(subjectType, 'AAAA-of-ada'),
  claim('preferred_username', 'ada@example.com'),
  ...claims,
];

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

export const principal = (claims: readonly unknown[], more: object = {}): string =>
  encode({
    auth_typ: 'aad',
    claims,
    name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
    ...more,
  });
