// The scores along the way, thinned out as they grow so that an hour of training still draws at once.
import type { State } from "./engine/api";

const most = 1200;

export class History {
  states: State[] = [];
  private apart = 0;

  add(state: State): void {
    const last = this.states[this.states.length - 1];
    const before = this.states[this.states.length - 2];
    if (last && state.step < last.step) this.states = [];
    // The newest is always there; what it replaces was too near to the one before.
    if (last && (last.step === state.step || (before && last.step - before.step < this.apart))) this.states.pop();
    this.states.push(state);
    if (this.states.length > most) {
      const end = this.states.length - 1;
      this.states = this.states.filter((_, index) => index % 2 === 0 || index === end);
      this.apart = Math.max(this.apart * 2, 2 * ((state.step - (this.states[0] as State).step) / most));
    }
  }
}

export const gap = (state: State, side: "plain" | "dropout"): number => state[side].trainAccuracy - state[side].validationAccuracy;

/** With the part of the one under way. */
export const epochs = (state: State): number => state.step / state.stepsPerEpoch;
