/** What types of shared/domain lead past, on their way to what the page uses of them; the page has nothing of Node. */
declare module 'node:crypto';
