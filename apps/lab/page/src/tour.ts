// The guided tour: prepared stops, each a link with a sentence, and a question with its answer behind a click. Titles, texts and links
// are in tour.json, which the built page holds as a block of data: there, too, it can be written anew or translated.
import { button, html, setText } from "./dom";

export interface Stop {
  title: string;
  /** A permalink, from "#" on. */
  link: string;
  say: string;
  question: string;
  answer: string;
}

/** Besides the stops what their surroundings say; `language` as in HTML's lang. */
export interface Tour {
  language: string;
  title: string;
  lead: string;
  question: string;
  next: string;
  first: string;
  leave: string;
  stops: Stop[];
}

const words = ["language", "title", "lead", "question", "next", "first", "leave"] as const;
const wordsOfStop = ["title", "link", "say", "question", "answer"] as const;

/** Throws an Error that says what a tour of somebody's own lacks. */
export function readTour(json: string): Tour {
  let tour: Partial<Tour> | null;
  try {
    tour = JSON.parse(json) as Partial<Tour> | null;
  } catch (error) {
    throw new Error(`the tour is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const hold = (object: object | null | undefined, names: readonly string[], what: string): void => {
    for (const name of names) if (typeof (object as Record<string, unknown> | null)?.[name] !== "string") throw new Error(`${what} lacks the text “${name}”`);
  };
  hold(tour, words, "the tour");
  if (!Array.isArray(tour?.stops) || tour.stops.length === 0) throw new Error("the tour lacks a list of stops");
  tour.stops.forEach((stop, index) => {
    hold(stop, wordsOfStop, `stop ${index + 1} of the tour`);
    if (!stop.link.startsWith("#")) throw new Error(`the link of stop ${index + 1} of the tour does not start with “#”`);
  });
  return tour as Tour;
}

/** The address of a stop, which is counted from 1: its link, and that it is one. */
export const addressOf = ({ link }: Stop, number: number): string => `${link}&tour=${number}`;

export class TourView {
  readonly node: HTMLElement;
  private readonly links: HTMLAnchorElement[];
  private readonly lead: HTMLElement;
  private readonly panel: HTMLElement;
  private readonly title = html("h2");
  private readonly say = html("p");
  private readonly summary = html("summary");
  private readonly answer = html("p");
  private readonly details = html("details", {}, this.summary, this.answer);
  private readonly next = html("a", { class: "next-stop" });
  private shown: number | null = null;

  /** `leave` is called when the tour is left. */
  constructor(private readonly tour: Tour, leave: () => void) {
    this.links = tour.stops.map((stop, index) =>
      html("a", { href: addressOf(stop, index + 1) }, html("span", { class: "stop-number" }, `${index + 1}`), html("span", { class: "stop-title" }, stop.title)),
    );
    this.lead = html("p", { class: "tour-lead" }, html("strong", {}, `${tour.title}: `), tour.lead);
    const close = button(tour.leave, () => {
      const link = this.links[(this.shown ?? 1) - 1];
      leave();
      link?.focus(); // the button pressed is gone
    }, { class: "small" });
    this.panel = html(
      "div",
      { class: "tour-stop" },
      html("div", { class: "title-row" }, this.title, html("span", { class: "moves" }, this.next, close)),
      // What is new is read out when a stop is reached; the answer is not before it is asked for.
      html("div", { "aria-live": "polite" }, this.say),
      this.details,
    );
    this.node = html(
      "nav",
      { class: "tour", "aria-label": tour.title, lang: tour.language },
      html("div", { class: "tour-row" }, this.lead, html("ol", {}, ...this.links.map((link) => html("li", {}, link)))),
      this.panel,
    );
    this.show(null);
  }

  /** The address of the stop so many after the one on show; null where there is none. */
  addressAfter(by: number): string | null {
    const number = (this.shown ?? Number.NaN) + by;
    const stop = this.tour.stops[number - 1];
    return stop ? addressOf(stop, number) : null;
  }

  /** A stop by its number, from 1 on; none when the tour is not under way, or has no stop of that number. */
  show(number: number | null): void {
    const stop = number === null ? undefined : this.tour.stops[number - 1];
    const now = stop ? number : null;
    if (stop && now !== this.shown) this.details.open = false;
    this.shown = now;
    this.panel.hidden = !stop;
    this.lead.hidden = !!stop;
    this.links.forEach((link, index) => (index + 1 === now ? link.setAttribute("aria-current", "step") : link.removeAttribute("aria-current")));
    if (!stop || now === null) return;
    setText(this.title, `${now}. ${stop.title}`);
    setText(this.say, stop.say);
    setText(this.summary, `${this.tour.question}: ${stop.question}`);
    setText(this.answer, stop.answer);
    const following = this.tour.stops[now];
    this.next.setAttribute("href", addressOf(following ?? (this.tour.stops[0] as Stop), following ? now + 1 : 1));
    setText(this.next, following ? `${this.tour.next} ›` : this.tour.first);
  }
}

/** The tour that the page holds; its problem, in a sentence, when it is damaged. */
export function tourOfPage(): { tour: Tour } | { problem: string } {
  try {
    return { tour: readTour(document.querySelector("#tour")?.textContent ?? "") };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
