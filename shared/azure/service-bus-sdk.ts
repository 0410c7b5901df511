/** A CommonJS package: bundled, it has names only where they are imported statically, as here. */
export { ServiceBusClient } from '@azure/service-bus';
