// Written by prodify (recipe load); yours to edit, upgrades merge.
// Does the service hold its goals under load? Start small: k6 run load/k6.js
// SCENARIO=baseline: {= baseline =} requests a second, the load to sustain. SCENARIO=peak: up to {= peak =}.
// BASE_URL says where, DURATION how long (smoke and baseline).
// A host must be named in LOAD_TEST_HOSTS (comma separated), so that nobody floods somebody else's server by accident.
import { check } from "k6";
import http from "k6/http";

const BASE_URL = (__ENV.BASE_URL || "http://localhost:{= port =}").replace(/\/+$/, "");
const SCENARIO = __ENV.SCENARIO || "smoke";
const DURATION = __ENV.DURATION;
const ALLOWED = ["localhost", "127.0.0.1"].concat((__ENV.LOAD_TEST_HOSTS || "").split(",").map((host) => host.trim()));
const PAGES = {= pages =};

const HOST = BASE_URL.replace(/^https?:\/\//, "").replace(/[:/].*$/, "");
if (!HOST || BASE_URL.includes("@") || !ALLOWED.includes(HOST)) {
  throw new Error(`${HOST} is not allowed as a target; put it into LOAD_TEST_HOSTS if it is yours`);
}

const SCENARIOS = {
  smoke: { executor: "constant-arrival-rate", rate: 1, timeUnit: "1s", duration: DURATION || "30s", preAllocatedVUs: 2 },
  baseline: {
    executor: "constant-arrival-rate",
    rate: {= baseline =},
    timeUnit: "1s",
    duration: DURATION || "10m",
    // Enough for answers twice as slow as the goal.
    preAllocatedVUs: {= baseline_vus =},
    maxVUs: {= baseline_max_vus =},
  },
  peak: {
    executor: "ramping-arrival-rate",
    startRate: {= baseline =},
    timeUnit: "1s",
    stages: [
      { target: {= baseline =}, duration: "2m" },
      { target: {= peak =}, duration: "5m" },
      { target: {= peak =}, duration: "5m" },
      { target: {= baseline =}, duration: "2m" },
    ],
    preAllocatedVUs: {= peak_vus =},
    maxVUs: {= peak_max_vus =},
  },
};
if (!SCENARIOS[SCENARIO]) {
  throw new Error(`SCENARIO is ${SCENARIO}; there are ${Object.keys(SCENARIOS).join(", ")}`);
}

export const options = {
  scenarios: { [SCENARIO]: SCENARIOS[SCENARIO] },
  discardResponseBodies: true,
  thresholds: {
    // The objectives: {= percent =} % within {= threshold =} ms, {= availability =} % succeed. Beyond the guardrail of {= guardrail =} ms it stops at once.
    http_req_duration: ["p({= percent =})<{= threshold =}", { threshold: "p(95)<{= guardrail =}", abortOnFail: true, delayAbortEval: "1m" }],
    http_req_failed: ["rate<{= error_ratio =}"],
    // Without these three a script that fails, sends nothing or cannot keep up would look like a success.
    checks: ["rate>0.99"],
    http_reqs: ["count>0"],
    dropped_iterations: ["count<1"],
  },
};

export default function () {
  const page = PAGES[Math.floor(Math.random() * PAGES.length)];
  const answer = http.get(BASE_URL + page, { tags: { name: page }, timeout: "30s" });
  check(answer, { "answers below 400": (found) => found.status > 0 && found.status < 400 });
}
