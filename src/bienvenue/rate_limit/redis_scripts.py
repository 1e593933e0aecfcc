"""What Redis is asked to do in one go, in its own language.

KEYS are the lists of what was spent, one a budget, then as many of what is
held.  ARGV begins with a time.  All times are in microseconds, the oldest of
a list is first, and a list ends when nothing in it counts any more.
"""

_JUDGE = """
local function judge(key, at, window)
    local later, place = false, -1
    local last = redis.call('LINDEX', key, place)
    while last and tonumber(last) > tonumber(at) do
        later, place = last, place - 1
        last = redis.call('LINDEX', key, place)
    end
    if later then
        redis.call('LINSERT', key, 'BEFORE', later, at)
    else
        redis.call('RPUSH', key, at)
    end
    redis.call('PEXPIRE', key, window / 1000)
end
local half = #KEYS / 2
"""

# ARGV: now, how long one may hold, which half of the KEYS to add to (0 or
# 1), then amount and window of each budget.
TAKE = (
    _JUDGE
    + """
local now, stale = tonumber(ARGV[1]), tonumber(ARGV[1]) - tonumber(ARGV[2])
local wait, full = 0, false
for i = 1, half do
    local key, held = KEYS[i], KEYS[half + i]
    local amount = tonumber(ARGV[2 * i + 2])
    local window = tonumber(ARGV[2 * i + 3])
    local first = redis.call('LINDEX', held, 0)
    while first and tonumber(first) <= stale do
        redis.call('LPOP', held)
        judge(key, first, window)
        first = redis.call('LINDEX', held, 0)
    end
    first = redis.call('LINDEX', key, 0)
    while first and tonumber(first) <= now - window do
        redis.call('LPOP', key)
        first = redis.call('LINDEX', key, 0)
    end
    local spent = redis.call('LLEN', key)
    if spent >= amount then
        local last = tonumber(redis.call('LINDEX', key, spent - amount))
        wait = math.max(wait, last + window - now)
    elseif spent + redis.call('LLEN', held) >= amount then
        full = true
    end
end
if wait > 0 then return wait end
if full then return -1 end
for i = 1, half do
    judge(KEYS[half * ARGV[3] + i], ARGV[1], tonumber(ARGV[2 * i + 3]))
end
return 0
"""
)
"""Return 0 when taken, the time to wait, or -1 for what others hold."""

# ARGV: when it was taken, then the window of each budget.
KEEP = (
    _JUDGE
    + """
for i = 1, half do
    if redis.call('LREM', KEYS[half + i], 1, ARGV[1]) == 1 then
        judge(KEYS[i], ARGV[1], tonumber(ARGV[i + 1]))
    end
end
"""
)

# ARGV: when it was taken.
GIVE_BACK = """
local half = #KEYS / 2
for i = 1, half do
    if redis.call('LREM', KEYS[half + i], 1, ARGV[1]) == 0 then
        redis.call('LREM', KEYS[i], 1, ARGV[1])
    end
end
"""
