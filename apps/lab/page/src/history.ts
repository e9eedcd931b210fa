// The scores along the way, thinned out as they grow so that an hour of training still draws at once.
import type { Side, State } from "./engine/api";

/** After a jump, an edit by hand or a link's weights, nothing leads from the state before to this one. */
export type Point = State & { jump: boolean };

const most = 1200;

export class History {
  states: Point[] = [];
  private apart = 0;

  add(state: State, jump: boolean): void {
    const last = this.states[this.states.length - 1];
    const before = this.states[this.states.length - 2];
    // The newest is always there; what it replaces was too near to the one before.
    const replaces = last && !(jump && !last.jump) && (last.step === state.step || (before && last.step - before.step < this.apart));
    if (replaces) this.states.pop();
    this.states.push({ ...state, jump: jump || (replaces === true && last.jump) });
    if (this.states.length > most) {
      const end = this.states.length - 1;
      this.states = this.states.filter(({ jump }, index) => jump || index % 2 === 0 || index === end);
      this.apart = Math.max(this.apart * 2, 2 * ((state.step - (this.states[0] as Point).step) / most));
    }
  }
}

/** NaN for nets that have learnt nothing yet: what lies between their accuracies is chance. */
export const gap = (state: State, side: Side): number => (state.step === 0 ? Number.NaN : state[side].trainAccuracy - state[side].validationAccuracy);

/** With the part of the one under way. */
export const epochs = (state: State): number => state.step / state.stepsPerEpoch;
