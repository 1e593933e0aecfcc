-- Asks for the same path again and again, each time with the next cookie of
-- the file that is named after "--" on the command line.

local requests, last = {}, 0

function init(args)
  for id in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, {
      ["Accept"] = "application/json",
      ["Cookie"] = "session_id=" .. id,
    })
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("DONE %d %d %d %d %d\n",
    summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write
      + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
