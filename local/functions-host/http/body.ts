/** As the platform's: 100 MB. */
export const requestLimitBytes = 100 * 1024 * 1024;
