import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: { steady: { executor: 'constant-arrival-rate', rate: 10, timeUnit: '1s', duration: '30s', preAllocatedVUs: 10 } },
  thresholds: { http_req_duration: ['p(95)<300'] },
};

export default function () {
  check(http.get(`${__ENV.BASE_URL}/`), { 'status is 200': (answer) => answer.status === 200 });
}
