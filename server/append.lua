-- Append facts to the log, in order, in one step that nothing can come between.
-- KEYS: the stream, the hash of idempotency keys, the hash of subjects' versions, the hash of how many facts of a kind,
--   the hash of idempotency keys that came with a repeat: those do not stand with their fact.
-- ARGV: for each fact: wire, v, about, by, cause, expect, head, body, n, n idempotency keys, m, m times another subject and
--   its version.
--   expect: the version of the subject that the writer had read; "" when any will do. So with those of others.
--   head:   the id of the last fact on the stream; "" when any will do.
--   cause:  the id of the fact that led to this one; "^" is the fact before it in this call.
-- Returns for each fact: status ("new", "seen", "stale"), its id (of the first one if seen), the subject's version.
if redis.call("EXISTS", KEYS[4]) == 0 then
  -- facts from before they were counted are counted once
  local after = "-"
  repeat
    local some = redis.call("XRANGE", KEYS[1], after, "+", "COUNT", 1000)
    for _, entry in ipairs(some) do
      local fields = entry[2]
      for i = 1, #fields, 2 do
        if fields[i] == "wire" then redis.call("HINCRBY", KEYS[4], fields[i + 1], 1) end
      end
      after = "(" .. entry[1]
    end
  until #some == 0
end
local out, at, before = {}, 1, ""
while at <= #ARGV do
  local wire, v, about, by, cause, expect, head, body = unpack(ARGV, at, at + 7)
  local keys = tonumber(ARGV[at + 8])
  local first = at + 9
  local beside = first + keys
  at = beside + 1 + 2 * tonumber(ARGV[beside])
  if cause == "^" then cause = before end
  local seen = false
  for i = first, beside - 1 do
    seen = seen or redis.call("HGET", KEYS[2], ARGV[i])
  end
  local version = tonumber(redis.call("HGET", KEYS[3], about) or "0")
  local current = expect == "" or tonumber(expect) == version
  for i = beside + 1, at - 1, 2 do
    current = current and tonumber(redis.call("HGET", KEYS[3], ARGV[i]) or "0") == tonumber(ARGV[i + 1])
  end
  if head ~= "" then
    local last = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
    current = current and head == (last and last[1] or "0-0")
  end
  local id = seen
  local status = "seen"
  if seen then
    -- this changes nothing and is a write: replicas are waited for up to the last one of the connection that asks, and
    -- the fact may have come by another, which they did not get
    redis.call("HINCRBY", KEYS[4], wire, 0)
  elseif not current then
    status, id = "stale", ""
  else
    version = redis.call("HINCRBY", KEYS[3], about, 1)
    id = redis.call("XADD", KEYS[1], "*", "wire", wire, "v", v, "about", about, "by", by,
                    "cause", cause, "version", version, "body", body,
                    "once", table.concat(ARGV, "\n", first, beside - 1))
    redis.call("HINCRBY", KEYS[4], wire, 1)
    status = "new"
  end
  if id and id ~= "" then
    -- every key of this fact is known from now on, also the ones that came with a repeat
    for i = first, beside - 1 do
      if redis.call("HSETNX", KEYS[2], ARGV[i], id) == 1 and seen then redis.call("HSETNX", KEYS[5], ARGV[i], id) end
    end
    before = id
  end
  out[#out + 1] = { status, id, tostring(version) }
end
return out
