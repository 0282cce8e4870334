-- Posts one recorded AdmissionReview over and over, with the headers a kube-apiserver sends, and prints the counts as JSON.
--
-- usage: wrk ... -s post.lua URL -- FILE
-- There is no request() here on purpose: wrk then builds the request once and calls no Lua for each of them.

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  file:close()
  wrk.headers["User-Agent"] = "kube-apiserver-admission"
  wrk.headers["Accept"] = "application/json, */*"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept-Encoding"] = "gzip"
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
