import type { PartName } from '../overlay/meta.js';

/** What can be put into an image beside the overlay, by the name that a user types. */
export const ADD_ONS = { syslog: 's6-overlay-syslog' } as const satisfies Record<string, PartName>;
export type AddOn = keyof typeof ADD_ONS;

/** True for the name of an add-on. */
export function isAddOn(name: string): name is AddOn {
  return Object.hasOwn(ADD_ONS, name);
}
