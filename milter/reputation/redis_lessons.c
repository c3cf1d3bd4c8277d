#include "redis_lessons.h"

/* As Lua has them, without C's suffix. */
#define TRACES			64
#define TRACES_OF_TOKEN		8
#define TRACES_OF_MESSAGE	2
#define MEMBERS			64
#define TEMPLATES_OF_DOMAIN	256
_Static_assert(TRACES == STORE_MOST_TRACES && TRACES_OF_TOKEN == STORE_MOST_TRACES_OF_TOKEN &&
    TRACES_OF_MESSAGE == STORE_MOST_TRACES_OF_MESSAGE && MEMBERS == STORE_MOST_MEMBERS &&
    TEMPLATES_OF_DOMAIN == STORE_MOST_TEMPLATES_OF_DOMAIN, "the bounds of store.h");

/*
 * A hash is read whole, changed, and written in the end: the number of the node's last lesson along with what that taught.
 * KEYS: the hash, and what goes with it. ARGV: node, …
 */
#define LUA_HASH \
	REDIS_LUA_OURS \
	"local key, node = KEYS[1], ARGV[1]\n" \
	"ours(key, 'hash')\n" \
	"local all, has, put, gone = redis.call('HGETALL', key), {}, {}, {}\n" \
	"for i = 1, #all, 2 do has[all[i]] = all[i + 1] end\n" \
	"local function count(name) return tonumber(has[name] or nil) or 0 end\n" \
	"local function set(name, value) has[name], put[name] = value, value end\n" \
	"local function drop(name) has[name], put[name], gone[#gone + 1] = nil, nil, name end\n" \
	"local function forget()\n" \
	"  local was = has\n" \
	"  redis.call('DEL', unpack(KEYS))\n" \
	"  has, put, gone = {}, {}, {}\n" \
	"  if was[node] then set(node, was[node]) end\n" \
	"  return was\n" \
	"end\n" \
	"local function new(number)\n" \
	"  if tonumber(number) > 0 then\n" \
	"    if count(node) >= tonumber(number) then return false end\n" \
	"    set(node, number)\n" \
	"  end\n" \
	"  return true\n" \
	"end\n" \
	"local function write(days)\n" \
	"  local flat = {}\n" \
	"  for name, value in pairs(put) do flat[#flat + 1], flat[#flat + 2] = name, value end\n" \
	"  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end\n" \
	"  if #flat > 0 then redis.call('HSET', key, unpack(flat)) end\n" \
	"  if days then redis.call('EXPIRE', key, days * " REDIS_TEXT(REDIS_DAY_S) ") end\n" \
	"end\n"

/*
 * How many different things: up to 21 in the field few, three bytes each; more in a HyperLogLog, what it estimates in the
 * field many. So a domain that wrote to few people is one key.
 */
#define LUA_SKETCH \
	REDIS_LUA_LOG \
	"local function sketch(few, many, log, digests, days)\n" \
	"  local old, new, seen = has[few] or '', {}, {}\n" \
	"  for i = 1, #old, 3 do seen[old:sub(i, i + 2)] = true end\n" \
	"  for i = 1, #digests, 3 do\n" \
	"    local one = digests:sub(i, i + 2)\n" \
	"    if not seen[one] then seen[one] = true; new[#new + 1] = one end\n" \
	"  end\n" \
	"  if #new == 0 then return end\n" \
	"  if not has[many] and #old + 3 * #new <= 64 then return set(few, old .. table.concat(new)) end\n" \
	"  for i = 1, #old, 3 do new[#new + 1] = old:sub(i, i + 2) end\n" \
	"  local more = not has[many]\n" \
	"  for i = 1, #new, 1000 do more = log_add(log, unpack(new, i, math.min(i + 999, #new))) or more end\n" \
	"  redis.call('EXPIRE', log, days * " REDIS_TEXT(REDIS_DAY_S) ")\n" \
	"  if #old > 0 then drop(few) end\n" \
	"  if more then set(many, math.max(count(many), redis.call('PFCOUNT', log))) end\n" \
	"end\n"

struct redis_script redis_domain_script = { .text = LUA_HASH LUA_SKETCH
	"local any, recipients, templates, first, last, days = false, {}, {}, 0, 0, 0\n"
	"local function kept()\n"
	"  return has.e and " REDIS_TEXT(STORE_DAYS_OF_LEARNED) " or " REDIS_TEXT(STORE_DAYS_OF_DOMAIN) "\n"
	"end\n"
	"if #(has.s or '') == 12 then first, last, days = struct.unpack('>I4I4I4', has.s) end\n"
	"for at = 2, #ARGV, 7 do\n"
	"  if new(ARGV[at]) then\n"
	"    local time = tonumber(ARGV[at + 1])\n"
	"    any = true\n"
	"    if last > 0 and last < time - kept() * " REDIS_TEXT(REDIS_DAY_S) " then\n"	/* only the analyst's word is left */
	"      local was = forget()\n"
	"      recipients, templates, first, last, days = {}, {}, 0, 0, 0\n"
	"      if was.w then set('w', was.w); set('wn', was.wn or ''); set('wu', was.wu or 0) end\n"
	"    end\n"
	"    if first == 0 or time < first then first = time end\n"
	"    if time > last then last = time end\n"
	"    days = bit.bor(days, bit.lshift(1, tonumber(ARGV[at + 2]))) % 4294967296\n"
	"    for tally in ARGV[at + 3]:gmatch('%S+') do set(tally, count(tally) + 1) end\n"
	"    if #ARGV[at + 4] > 0 then set('c', ARGV[at + 4]) end\n"
	"    recipients[#recipients + 1], templates[#templates + 1] = ARGV[at + 5], ARGV[at + 6]\n"
	"  end\n"
	"end\n"
	"if not any then return 0 end\n"
	"set('s', struct.pack('>I4I4I4', first, last, days))\n"
	"sketch('r', 'R', KEYS[2], table.concat(recipients), kept())\n"
	"sketch('t', 'T', KEYS[3], table.concat(templates), kept())\n"
	"write(not has.w and kept())\n"
	"return 1\n"
};

struct redis_script redis_template_script = { .text = LUA_HASH LUA_SKETCH
	"local days = " REDIS_TEXT(STORE_DAYS_OF_TEMPLATE) "\n"
	"local any, last, traces, tokens, recipients = false, count('l'), has.x or '', {}, {}\n"
	"for at = 2, #ARGV, 7 do\n"
	"  if new(ARGV[at]) then\n"
	"    local time, message, token = tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]\n"
	"    local seen, of_token, of_message = {}, 0, 0\n"
	"    any = true\n"
	"    if last > 0 and last < time - days * " REDIS_TEXT(REDIS_DAY_S) " then\n"
	"      forget()\n"
	"      last, traces, tokens, recipients = 0, '', {}, {}\n"
	"    end\n"
	"    if time > last then last = time; set('l', time) end\n"
	"    if has.m ~= message then set('n', count('n') + 1); set('m', message) end\n"
	"    for i = 1, #traces, 24 do\n"
	"      if traces:sub(i, i + 7) == token then\n"
	"        of_token = of_token + 1\n"
	"        if traces:sub(i + 16, i + 23) == message then\n"
	"          of_message = of_message + 1\n"
	"          seen[traces:sub(i + 8, i + 15)] = true\n"
	"        end\n"
	"      end\n"
	"    end\n"
	"    for i = 1, #ARGV[at + 4], 8 do\n"
	"      local recipient = ARGV[at + 4]:sub(i, i + 7)\n"
	"      if of_token >= " REDIS_TEXT(TRACES_OF_TOKEN) " or of_message >= " REDIS_TEXT(TRACES_OF_MESSAGE) " then break end\n"
	"      if not seen[recipient] then\n"
	"        seen[recipient], of_token, of_message = true, of_token + 1, of_message + 1\n"
	"        traces = traces .. token .. recipient .. message\n"
	"      end\n"
	"    end\n"
	"    traces = traces:sub(-24 * " REDIS_TEXT(TRACES) ")\n"
	"    recipients[#recipients + 1], tokens[#tokens + 1] = ARGV[at + 5], ARGV[at + 6]\n"
	"  end\n"
	"end\n"
	"if not any then return 0 end\n"
	"if traces ~= has.x then set('x', traces) end\n"
	"sketch('t', 'T', KEYS[2], table.concat(tokens), days)\n"
	"sketch('r', 'R', KEYS[3], table.concat(recipients), days)\n"
	"write(days)\n"
	"return 1\n"
};

/*
 * A message's later text counts, at its first time. The time is in the member, too: to print scores costs Redis more than
 * all else that is asked for a message.
 */
struct redis_script redis_window_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'zset')\n"
	"local has, all = {}, redis.call('ZRANGE', KEYS[1], 0, -1)\n"
	"local count = #all\n"
	"for _, member in ipairs(all) do has[member:sub(9, 16)] = member end\n"
	"for i = 1, #ARGV, 4 do\n"
	"  local score, time, message = ARGV[i], ARGV[i + 1], ARGV[i + 2]\n"
	"  local was = has[message]\n"
	"  if was then\n"
	"    score, time = redis.call('ZSCORE', KEYS[1], was), was:sub(1, 8)\n"
	"    redis.call('ZREM', KEYS[1], was)\n"
	"  end\n"
	"  has[message] = time .. message .. ARGV[i + 3]\n"
	"  count = count + (was and 0 or 1)\n"
	"  redis.call('ZADD', KEYS[1], score, has[message])\n"
	"  if count > " REDIS_TEXT(MEMBERS) " then\n"
	"    local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]\n"
	"    redis.call('ZREM', KEYS[1], oldest)\n"
	"    has[oldest:sub(9, 16)], count = nil, count - 1\n"
	"  end\n"
	"end\n"
	"return redis.call('EXPIRE', KEYS[1], " REDIS_TEXT(STORE_DAYS_OF_WINDOW) " * " REDIS_TEXT(REDIS_DAY_S) ")\n"
};

/*
 * Whoever can make up URLs can make up templates: beyond so many in some weeks, a domain's new ones are not kept. The field
 * has the day on which the count began, 512 times, and the count. It may have begun after this message: mail comes late.
 */
struct redis_script redis_mint_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'hash')\n"
	"local today = math.floor(tonumber(ARGV[1]) / " REDIS_TEXT(REDIS_DAY_S) ")\n"
	"local was = tonumber(redis.call('HGET', KEYS[1], 'm') or nil) or 0\n"
	"local since, minted = math.floor(was / 512), was % 512\n"
	"if minted == 0 or since < today - " REDIS_TEXT(STORE_DAYS_OF_TEMPLATE) " then\n"
	"  since, minted = today, 0\n"
	"end\n"
	"local may = math.max(0, " REDIS_TEXT(TEMPLATES_OF_DOMAIN) " - minted)\n"
	"local made = math.min(tonumber(ARGV[2]), may)\n"
	"if made == 0 then return may end\n"
	"redis.call('HSET', KEYS[1], 'm', since * 512 + minted + made)\n"
	"if redis.call('TTL', KEYS[1]) == -1 and redis.call('HEXISTS', KEYS[1], 'w') == 0 then\n"
	"  redis.call('EXPIRE', KEYS[1], " REDIS_TEXT(STORE_DAYS_OF_DOMAIN) " * " REDIS_TEXT(REDIS_DAY_S) ")\n"
	"end\n"
	"return may - made\n"
};

/* The field surge has what surge.h has, as surge_add() does it. */
struct redis_script redis_age_script = { .text = LUA_HASH
	"local any = false\n"
	"for at = 2, #ARGV, 4 do\n"
	"  if new(ARGV[at]) then\n"
	"    local time = tonumber(ARGV[at + 1])\n"
	"    local text, old, surges = string.format('%.0f', time), ARGV[at + 2] == '1', tonumber(ARGV[at + 3])\n"
	"    any = true\n"
	"    if not has.began or time < count('began') then set('began', text); set('version', " REPUTATION_SCHEMA ") end\n"
	"    if not has.last or time > count('last') then set('last', text) end\n"
	"    if old then set('learned', count('learned') + 1) end\n"
	"    if surges == 1 or (not old and not has.surge) then\n"
	"      local today, days, last = math.floor(time / 86400000), {}, " REDIS_TEXT(SURGE_DAYS) " + 3\n"
	"      for number in (has.surge or ''):gmatch('%d+') do days[#days + 1] = tonumber(number) end\n"
	"      if #days ~= last or today < days[2] - " REDIS_TEXT(SURGE_DAYS) " then\n"
	"        days = { today, today }\n"
	"        for i = 3, last do days[i] = 0 end\n"
	"      end\n"
	"      days[1] = math.min(days[1], today)\n"
	"      if today > days[2] then\n"
	"        local ahead = today - days[2]\n"
	"        for i = last, 3, -1 do days[i] = i - ahead >= 3 and days[i - ahead] or 0 end\n"
	"        days[2] = today\n"
	"      end\n"
	"      local day = 3 + days[2] - today\n"
	"      days[day] = days[day] + surges\n"
	"      set('surge', table.concat(days, ' '))\n"
	"    end\n"
	"  end\n"
	"end\n"
	"if not any then return 0 end\n"
	"write()\n"
	"return 1\n"
};
