import { createHash } from "node:crypto";

/** A Lua script and the digest that Redis knows it by. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): RedisScript {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/**
 * `period_start(period, day)`, the first day of a quota period: Redis alone has the clock that all
 * gateways share, so the calendar must be known there. The month follows Howard Hinnant's
 * "chrono-compatible low-level date algorithms", `civil_from_days`.
 */
export const PERIOD_START = `
local function period_start(period, day)
  if period == 'DAY' then return day end
  if period == 'WEEK' then return day - (day + 4) % 7 end
  local days = day + 719468
  local era = math.floor(days / 146097)
  local of_era = days - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
    - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * of_year + 2) / 153)
  return day - (of_year - math.floor((153 * month + 2) / 5))
end
`;

/**
 * Admits one request or says what refused it.
 *
 * KEYS: buckets, quotas, then at most one counter of usage.
 * ARGV: number of buckets, number of quotas, days that usage is kept; rate and burst of each bucket;
 * limit, offset and period of each quota.
 * Gives {0, least remaining of the quotas or -1}, {1, bucket from 1, ms until a token or -1},
 * {2, quota from 1}.
 *
 * A bucket is kept as "tokens time", time in microseconds, and only while it is not full; numbers
 * are written with all their digits, so that nothing is lost from one request to the next. A quota is
 * kept as "period start, used, initial".
 */
export const ADMIT = script(`${PERIOD_START}
local bucket_count, quota_count = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local day = math.floor(time[1] / 86400)
local kept = {}
if bucket_count + quota_count > 0 then
  kept = redis.call('MGET', unpack(KEYS, 1, bucket_count + quota_count))
end

local function keep_bucket(i, tokens, rate, burst)
  local state = string.format('%.17g %.0f', tokens, now)
  if rate > 0 then
    local ms = math.ceil((burst - tokens) * 1000 / rate) + 1
    redis.call('SET', KEYS[i], state, 'PX', string.format('%.0f', ms))
  else
    redis.call('SET', KEYS[i], state)
  end
end

local tokens = {}
for i = 1, bucket_count do
  local rate, burst = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  tokens[i] = burst
  if kept[i] then
    local had, at = string.match(kept[i], '^(%S+) (%S+)$')
    had, at = tonumber(had), tonumber(at)
    tokens[i] = math.min(burst, had + math.max(0, now - at) * rate / 1000000)
    if at > now then keep_bucket(i, tokens[i], rate, burst) end
  end
  if tokens[i] < 1 - 1e-9 then
    if rate <= 0 or burst < 1 then return {1, i, -1} end
    return {1, i, math.ceil((1 - tokens[i]) * 1000 / rate)}
  end
end

local quotas, least = {}, -1
for i = 1, quota_count do
  local at = 1 + 2 * bucket_count + 3 * i
  local limit, offset, period = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), ARGV[at + 2]
  local start, used, initial = period_start(period, day), 0, 1
  local state = kept[bucket_count + i]
  if state then
    local had_start, had_used, had_initial = string.match(state, '^(%S+) (%S+) (%S+)$')
    had_start = tonumber(had_start)
    if had_start < start then
      initial = 0
    else
      start, used, initial = had_start, tonumber(had_used), tonumber(had_initial)
    end
  end
  local left = limit - initial * offset - used
  if left < 1 then return {2, i} end
  quotas[i] = {start, used + 1, initial, offset}
  if least < 0 or left - 1 < least then least = left - 1 end
end

for i = 1, bucket_count do
  local rate, burst = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  keep_bucket(i, math.max(0, tokens[i] - 1), rate, burst)
end
for i = 1, quota_count do
  local quota, key = quotas[i], KEYS[bucket_count + i]
  local state = string.format('%.0f %.0f %.0f', quota[1], quota[2], quota[3])
  if quota[4] > 0 then
    redis.call('SET', key, state)
  else
    redis.call('SET', key, state, 'EXAT', string.format('%.0f', (quota[1] + 33) * 86400))
  end
end
local counter = KEYS[bucket_count + quota_count + 1]
if counter and redis.call('HINCRBY', counter, day, 1) == 1 then
  local days = tonumber(ARGV[3])
  for _, counted in ipairs(redis.call('HKEYS', counter)) do
    if tonumber(counted) <= day - days then redis.call('HDEL', counter, counted) end
  end
  redis.call('EXPIRE', counter, days * 86400)
end
return {0, least}
`);

/**
 * Tells a gateway something, if it is there.
 * KEYS: the gateway's sign of life. ARGV: its channel, the message. Gives -1 where there is no such
 * gateway, else how many heard it; in a cluster only those at the same node are counted.
 */
export const TELL_NODE = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`);

/**
 * Removes one round of keys that match a pattern.
 * KEYS: any key of the slot. ARGV: cursor, pattern, keys to look at. Gives the next cursor and how
 * many keys were removed.
 */
export const FLUSH = script(`
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local removed = 0
for _, key in ipairs(found[2]) do removed = removed + redis.call('UNLINK', key) end
return {found[1], removed}
`);

/**
 * Reads all records unless the caller knows them.
 * KEYS: the records, a hash with their version in the field without a name. ARGV: the version that is
 * known, empty for none. Gives the version, and fields and values where it is another one.
 */
export const RECORDS = script(`
local version = redis.call('HGET', KEYS[1], '') or '0'
if version == ARGV[1] then return {version} end
return {version, redis.call('HGETALL', KEYS[1])}
`);

/**
 * Replaces a record that is as the caller knows it.
 * KEYS: the records. ARGV: id; 1 and the text before, or 0 and anything; the same for afterwards.
 * Gives 1, or 0 where the record is another one.
 *
 * The version is the time in microseconds, and more than the last one: it is never used again, even
 * when the server has forgotten everything in between.
 */
export const CHANGE_RECORD = script(`
local id, before, after = ARGV[1], false, false
if ARGV[2] == '1' then before = ARGV[3] end
if ARGV[4] == '1' then after = ARGV[5] end
if redis.call('HGET', KEYS[1], id) ~= before then return 0 end
local time = redis.call('TIME')
local last = tonumber(redis.call('HGET', KEYS[1], '') or 0)
local version = math.max(last + 1, time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[1], '', string.format('%.0f', version))
if after then redis.call('HSET', KEYS[1], id, after) else redis.call('HDEL', KEYS[1], id) end
return 1
`);
