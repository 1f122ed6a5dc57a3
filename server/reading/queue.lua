-- Hand reports out to one worker of a group, in one step: each to one worker, and none that the group is past already.
-- KEYS: the stream.
-- ARGV: the group, the worker, the place up to which the group needs nothing but these: places of reports, in order;
--   Before them the place where, as the worker knows, the group was: one that is not there any more stays where it is.
-- Returns how far the group was before, and the reports that are this worker's from now on.
local function is_behind(one, other)
  local a, b = string.match(one, "(%d+)-(%d+)")
  local c, d = string.match(other, "(%d+)-(%d+)")
  return tonumber(a) > tonumber(c) or (a == c and tonumber(b) > tonumber(d))
end

local last = "0-0"
for _, group in ipairs(redis.call("XINFO", "GROUPS", KEYS[1])) do
  local about = {}
  for i = 1, #group, 2 do about[group[i]] = group[i + 1] end
  if about["name"] == ARGV[1] then last = about["last-delivered-id"] end
end
if is_behind(ARGV[4], last) then return { last, {} } end
local free = {}
for i = 5, #ARGV do
  if is_behind(ARGV[i], last) then free[#free + 1] = ARGV[i] end
end
local taken = {}
if #free > 0 then
  for _, word in ipairs({ "RETRYCOUNT", "1", "FORCE" }) do free[#free + 1] = word end
  taken = redis.call("XCLAIM", KEYS[1], ARGV[1], ARGV[2], "0", unpack(free))
end
if is_behind(ARGV[3], last) then redis.call("XGROUP", "SETID", KEYS[1], ARGV[1], ARGV[3]) end
return { last, taken }
