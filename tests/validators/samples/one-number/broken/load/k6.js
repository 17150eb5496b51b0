import http from "k6/http";
export const options = { thresholds: { http_req_duration: ["p(90)<300"], checks: ["rate>0.99"], http_reqs: ["count>0"] } };
export default function () { http.get("http://localhost"); }
