import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: { steady: { executor: 'constant-arival-rate', rate: 10, timeUnit: '1s', duration: '30s', preAllocatedVUs: 10 } },
  thresholds: { http_req_duration: ['p(95)<300'], checks: ['rate>0.99'], http_reqs: ['count>0'] },
};

export default function () {
  check(http.get(`${__ENV.BASE_URL}/`), { 'status is 200': (answer) => answer.status === 200 });
}
