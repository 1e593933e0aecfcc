-- Asks for the path of the address again and again, each time with the next
-- line of the file that is named after "--" as its Cookie header.

local requests, last = {}, 0

function init(args)
  for cookies in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, {
      ["Accept"] = "application/json",
      ["Cookie"] = cookies,
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
