-- Keep values under names that are free, and tell what is there then: one claim after the other, in one step.
-- KEYS: for each claim the names that it wants, and those that it only looks at.
-- ARGV: for how many seconds; then for each claim its value, how many names it wants, at how many more it looks.
-- Returns for each claim the values that are there, in the order of its names.
local out, at = {}, 0
for i = 2, #ARGV, 3 do
  local wanted = at + tonumber(ARGV[i + 1])
  local last, found = wanted + tonumber(ARGV[i + 2]), {}
  for k = at + 1, wanted do redis.call("SET", KEYS[k], ARGV[i], "EX", ARGV[1], "NX") end
  for k = at + 1, last do
    local value = redis.call("GET", KEYS[k])
    if value then found[#found + 1] = value end
  end
  out[#out + 1], at = found, last
end
return out
