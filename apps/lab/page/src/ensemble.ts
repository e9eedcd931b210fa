// Dropout as an ensemble: the thinned nets that masks leave of the one net, their mean, and the net in test mode beside it.
import { BoundaryCanvas } from "./boundary_canvas";
import { freshId, html, setText } from "./dom";
import type { LabConfig } from "./engine/api";
import { fixed, share } from "./numbers";
import { sentence, type Ensemble, type Session } from "./session";

export const thumbnails = 8;

/** Over which the mean is taken: fewer of a net with many weights, whose worker would be busy for seconds. */
export function masksFor({ hidden }: LabConfig, classes: number): number {
  const widths = [2, ...hidden.map(({ width }) => width), classes];
  const weights = widths.slice(1).reduce((sum, width, index) => sum + width * (widths[index] as number), 0);
  return weights > 5000 ? 25 : 100;
}

interface Picture {
  canvas: BoundaryCanvas;
  figure: HTMLElement;
  caption: HTMLElement;
}

export class EnsemblePanel {
  readonly node: HTMLDetailsElement;
  private readonly members: Picture[];
  private readonly mean: Picture;
  private readonly test: Picture;
  private readonly lead = html("p", { class: "note" });
  private readonly seen = html("p", { class: "seen" });
  private config: LabConfig | null = null;
  /** Of the session, whose nets are on show. */
  private version = -1;
  private ensemble: Ensemble | null = null;
  /** The engine is asked for an ensemble. */
  asking = false;

  constructor(private readonly session: Session) {
    const picture = (): Picture => {
      const canvas = new BoundaryCanvas(() => this.draw());
      const caption = html("figcaption");
      return { canvas, caption, figure: html("figure", {}, canvas.node, caption) };
    };
    this.members = Array.from({ length: thumbnails }, picture);
    this.mean = picture();
    this.test = picture();
    const id = freshId("ensemble");
    this.node = html(
      "details",
      { class: "card ensemble", "aria-labelledby": id },
      html("summary", {}, html("h2", { id }, "Dropout as an ensemble")),
      this.lead,
      html("div", { class: "thinned", role: "group", "aria-label": "Thinned nets" }, ...this.members.map(({ figure }) => figure)),
      html("div", { class: "together" }, this.mean.figure, this.test.figure),
      this.seen,
    );
    this.node.addEventListener("toggle", () => void this.refresh());
  }

  show(config: LabConfig): void {
    this.config = config;
  }

  /** Asks for the ensemble of the nets on show, where it is looked at and training rests. */
  async refresh(): Promise<void> {
    const { session, config } = this;
    if (!this.node.open || !config || !session.state || session.playing || session.replaying !== null || this.asking || this.version === session.version) return;
    this.asking = true;
    try {
      do {
        this.version = session.version;
        this.ensemble = await session.ensemble(masksFor(config, session.train.classes), thumbnails);
        // Nets that have moved on meanwhile have another one.
      } while (this.node.open && !session.playing && session.replaying === null && this.version !== session.version);
      this.tell();
      this.draw();
    } catch (error) {
      session.onError(sentence(error));
    } finally {
      this.asking = false;
    }
  }

  restyle(): void {
    for (const { canvas } of [...this.members, this.mean, this.test]) canvas.restyle();
  }

  private tell(): void {
    const { ensemble, session } = this;
    if (!ensemble) return;
    const { accuracies, meanAccuracy, testAccuracy, step } = ensemble;
    const masks = accuracies.length;
    setText(this.lead, `Every mask leaves a thinned net of the same weights. Here are ${thumbnails} of ${masks} at step ${step}, each under one mask; in training every example of a batch has a mask of its own. Below are the mean of all ${masks} and the one net of test mode, which has all units. The figures are validation accuracies.`);
    const none = { x: new Float64Array(), labels: new Int32Array(), classes: session.train.classes };
    const describe = ({ canvas, caption }: Picture, name: string, accuracy: number): void => {
      setText(caption, `${name} ${share(accuracy)}`.trim());
      canvas.node.setAttribute("aria-label", `${name || "A thinned net"}: the class given to every place of the plane; ${share(accuracy)} of the validation points are right.`);
    };
    this.members.forEach((member, index) => {
      member.canvas.setPoints(none, none, session.range);
      describe(member, "", accuracies[index] as number);
    });
    for (const { canvas } of [this.mean, this.test]) canvas.setPoints(session.train, session.validation, session.range);
    describe(this.mean, `Mean of ${masks}`, meanAccuracy);
    describe(this.test, "Test mode", testAccuracy);
    const least = Math.min(...accuracies);
    const most = Math.max(...accuracies);
    const average = accuracies.reduce((sum, value) => sum + value, 0) / masks;
    const same = ensemble.mean.classes.reduce((sum, label, cell) => sum + Number(label === ensemble.test.classes[cell]), 0) / ensemble.mean.classes.length;
    setText(
      this.seen,
      least === most && same === 1
        ? "All thinned nets answer alike: where every keep is 1, nothing is dropped."
        : `Alone the thinned nets have ${share(least)} to ${share(most)} of the validation points right, ${share(average)} on average; the mean of their answers has ${share(meanAccuracy)}, the one net of test mode ${share(testAccuracy)}. Mean and test mode give the same class to ${fixed(100 * same, 1)}\u00a0% of the square.`,
    );
  }

  private draw(): void {
    const { ensemble } = this;
    if (!ensemble) return;
    this.members.forEach(({ canvas }, index) => {
      const member = ensemble.members[index];
      if (member) canvas.draw(member);
    });
    this.mean.canvas.draw(ensemble.mean);
    this.test.canvas.draw(ensemble.test);
  }
}
