-- Append facts to the log, in order, in one step that nothing can come between.
-- KEYS: the stream, the hash of idempotency keys, the hash of subjects' versions.
-- ARGV: for each fact: wire, v, about, by, cause, expect, body, n, then n idempotency keys.
--   expect: the version of the subject that the writer had read; "" when any will do.
--   cause:  the id of the fact that led to this one; "^" is the fact before it in this call.
-- Returns for each fact: status ("new", "seen", "stale"), its id (of the first one if seen), the subject's version.
local out, at, before = {}, 1, ""
while at <= #ARGV do
  local wire, v, about, by, cause, expect, body = unpack(ARGV, at, at + 6)
  local keys = tonumber(ARGV[at + 7])
  local first = at + 8
  at = first + keys
  if cause == "^" then cause = before end
  local seen = false
  for i = first, at - 1 do
    seen = seen or redis.call("HGET", KEYS[2], ARGV[i])
  end
  local version = tonumber(redis.call("HGET", KEYS[3], about) or "0")
  local id = seen
  local status = "seen"
  if not seen then
    if expect ~= "" and tonumber(expect) ~= version then
      status, id = "stale", ""
    else
      version = redis.call("HINCRBY", KEYS[3], about, 1)
      id = redis.call("XADD", KEYS[1], "*", "wire", wire, "v", v, "about", about, "by", by,
                      "cause", cause, "version", version, "body", body)
      status = "new"
    end
  end
  if id and id ~= "" then
    -- every key of this fact is known from now on, also the ones that came with a repeat
    for i = first, at - 1 do redis.call("HSETNX", KEYS[2], ARGV[i], id) end
    before = id
  end
  out[#out + 1] = { status, id, tostring(version) }
end
return out
