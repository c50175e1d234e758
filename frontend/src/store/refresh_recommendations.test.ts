import { expect, test, vi } from "vitest";
import { ApiError } from "../api/http.ts";
import type { JobStatus } from "../api/recommendations.ts";
import { waitForJob } from "./refresh_recommendations.ts";

type Said = JobStatus | ApiError;

const problem = (status: number, retryAfter: number | null = null) =>
  new ApiError({ code: "X", status, message: "", retryAfter });

/** A job with these statuses, one after another; the last one stays. */
function job(...said: [Said, ...Said[]]) {
  const waits: number[] = [];
  const onLong = vi.fn();
  let asked = 0;
  const ask = async () => {
    const next = said[Math.min(asked, said.length - 1)] as Said;
    asked += 1;
    if (next instanceof ApiError) throw next;
    return next;
  };
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  return { waits, onLong, ending: waitForJob({ ask, onLong, wait }), asked: () => asked };
}

test("it is asked for less and less often", async () => {
  const { ending, waits, onLong } = job("queued", "running", "running", "running", "failed");
  expect(await ending).toBe("failed");
  expect(waits).toHaveLength(4);
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect(new Set(waits).size).toBe(4);
  expect(onLong).not.toHaveBeenCalled();
});

test("a lost answer is no end", async () => {
  const { ending, asked } = job("running", problem(0), problem(503), "succeeded");
  expect(await ending).toBe("succeeded");
  expect(asked()).toBe(4);
});

test("a client that sends too many requests waits as long as the server says", async () => {
  const { ending, waits } = job(problem(429, 7), "succeeded");
  expect(await ending).toBe("succeeded");
  expect(waits).toEqual([7000]);
});

test("an unknown job has failed", async () => {
  expect(await job("running", problem(404)).ending).toBe("failed");
});

test("a long job is reported once, and given up in the end", async () => {
  const { ending, onLong, waits } = job("running");
  expect(await ending).toBe("failed");
  expect(onLong).toHaveBeenCalledTimes(1);
  expect(Math.max(...waits)).toBe(10_000);
  expect(waits.length).toBeLessThan(90);
});
