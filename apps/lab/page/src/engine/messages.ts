// What the page and its worker say to each other.
import type { Engine } from "./api";

export interface Request {
  id: number;
  method: keyof Engine;
  parameters: unknown[];
}

export type Answer = { id: number; result: unknown } | { id: number; error: string };
