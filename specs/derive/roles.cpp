// Tables of words for hosts, and what headings say with them, are the reason for the length.
#include "specs/derive/roles.h"

#include <algorithm>
#include <array>

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMostTitle = 400;
constexpr size_t kMostId = 80;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_plain(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_'; }

struct Fold {
  std::string_view from;
  std::string_view to;
};
// Unicode, Latin-1 Supplement, as far as names of roles are likely to use it.
constexpr Fold kFolds[] = {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"ß", "ss"}, {"Ä", "Ae"}, {"Ö", "Oe"}, {"Ü", "Ue"}, {"é", "e"}, {"è", "e"},
                           {"ê", "e"},  {"ë", "e"},  {"à", "a"},  {"â", "a"},  {"á", "a"},  {"ã", "a"},  {"î", "i"},  {"ï", "i"}, {"í", "i"},
                           {"ô", "o"},  {"ó", "o"},  {"õ", "o"},  {"û", "u"},  {"ù", "u"},  {"ú", "u"},  {"ç", "c"},  {"ñ", "n"}, {"É", "E"},
                           {"È", "E"},  {"À", "A"},  {"Á", "A"},  {"Ç", "C"},  {"Í", "I"},  {"Ó", "O"},  {"Ú", "U"},  {"Ñ", "N"}, {"œ", "oe"}};

// "ADM", "IH", "DB1": one word of capitals and digits.
bool is_abbreviation(std::string_view text) {
  return text.size() <= 12 && std::any_of(text.begin(), text.end(), is_upper) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_upper(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

bool is_dns_name(std::string_view text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot < 3 || text.size() > 253) return false;
  if (!std::all_of(text.begin() + dot + 1, text.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c) || c == '-'; });
}

// Cuts at any of the marks outside of brackets.
std::vector<std::string_view> cut(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> parts;
  size_t from = 0;
  int depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '(' || text[at] == '[') ++depth;
    if ((text[at] == ')' || text[at] == ']') && depth > 0) --depth;
    if (depth > 0 || marks.find(text[at]) == std::string_view::npos) continue;
    parts.push_back(strip(text.substr(from, at - from)));
    from = at + 1;
  }
  parts.push_back(strip(text.substr(from)));
  std::erase_if(parts, [](std::string_view part) { return part.empty(); });
  return parts;
}

// "both standard and pull" goes on what stands before the comma.
bool goes_on(std::string_view part) {
  constexpr std::string_view kStarts[] = {"and ", "or ", "both ", "such as ", "including ", "which ", "e.g", "for example", "und ", "oder ", "et ", "ou "};
  const std::string lower = lower_case(part);
  return std::any_of(std::begin(kStarts), std::end(kStarts), [&](std::string_view start) { return lower.starts_with(start); });
}

constexpr std::string_view kJoints[] = {" and ", " & ", " or ", " / ", "/", " und ", " oder ", " et ", " ou ", " y ", " + "};

// Splits at "and", "/" and the like, if every part is a name by itself.
template <class IsName>
std::vector<std::string> cut_joints(std::string_view text, const IsName& is_name) {
  for (const std::string_view joint : kJoints) {
    std::vector<std::string> parts;
    for (size_t from = 0; from <= text.size();) {
      const size_t at = std::min(text.find(joint, from), text.size());
      parts.emplace_back(strip(text.substr(from, at - from)));
      from = at + joint.size();
    }
    if (parts.size() > 1 && std::all_of(parts.begin(), parts.end(), is_name)) return parts;
  }
  return {std::string(text)};
}

}  // namespace

std::string clip(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most));
}

std::string slug(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size() && result.size() < kMostId;) {
    const auto fold = std::find_if(std::begin(kFolds), std::end(kFolds), [&](const Fold& row) { return text.substr(at).starts_with(row.from); });
    if (fold != std::end(kFolds)) {
      result += fold->to;
      at += fold->from.size();
    } else {
      if (is_plain(text[at])) result += text[at];
      else if (!result.empty() && result.back() != '-') result += '-';
      ++at;
    }
  }
  return std::string(strip(result, "-."));
}

std::string UniqueNames::take(const std::string& name) {
  if (taken_.insert(name).second) return name;
  unsigned& last = last_.try_emplace(name, 1).first->second;
  std::string id;
  do id = name + "-" + std::to_string(++last);
  while (!taken_.insert(id).second);
  return id;
}

void RoleBook::define(std::string_view name, std::string_view meaning) {
  name = strip(name, "`*\"'");
  if (name.empty() || meaning.empty() || meanings_.size() >= kMostMeanings) return;
  meanings_.try_emplace(lower_case(name), std::string(name), clip(strip(meaning), kMostTitle));
}

std::string RoleBook::id_of(std::string_view text) {
  const std::string whole = clip(strip(text, "`*\"':;,"), kMostTitle);
  text = whole;
  if (text.empty() || is_anyone(text)) return kAny;
  const std::string key = lower_case(text);
  if (const auto known = ids_.find(key); known != ids_.end()) return known->second;
  const auto meaning = meanings_.find(key);
  const std::string_view name = meaning == meanings_.end() ? text : std::string_view(meaning->second.first);
  const size_t bracket = name.find(" (");
  std::string id = is_dns_name(name) ? std::string(name) : slug(bracket == std::string_view::npos || bracket == 0 ? name : name.substr(0, bracket));
  if (id.empty()) id = "ROLE";
  if (id == kAny) id += "-hosts";
  id = unique_.take(id);
  ids_[key] = id;
  titles_[id] = meaning == meanings_.end() ? clip(text, kMostTitle) : meaning->second.second;
  return id;
}

Role RoleBook::role(const std::string& id) const {
  const auto title = titles_.find(id);
  return {title == titles_.end() ? std::string() : title->second, id.find('.') != std::string::npos};
}

std::vector<std::string> RoleBook::split(std::string_view cell) const {
  const auto is_name = [&](std::string_view part) {
    part = strip(part, "`");
    return !part.empty() && (knows(part) || is_abbreviation(part) || is_dns_name(part) || is_anyone(part) || is_same_host(part));
  };
  cell = strip(cell);
  std::vector<std::string> names;
  const std::vector<std::string_view> parts = cut(cell, ",;\n");
  for (const std::string_view part : parts) {
    const bool ends_list = parts.size() > 2 && part.data() == parts.back().data() && !lower_case(part).starts_with("both ");   // "A, B, or C"
    if (!names.empty() && goes_on(part) && !ends_list && !is_name(part.substr(part.find(' ') + 1))) names.back().append(", ").append(part);
    else for (std::string& name : cut_joints(names.empty() || !goes_on(part) ? part : part.substr(part.find(' ') + 1), is_name)) names.push_back(std::move(name));
  }
  if (names.size() > kMostNames) return ++long_cells_, std::vector<std::string>{clip(cell, kMostTitle)};
  for (std::string& name : names) name = std::string(strip(name, "`*"));
  std::erase_if(names, [](const std::string& name) { return is_nothing(name); });
  if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return is_anyone(name); })) return {kAny};
  return names;
}

size_t RoleBook::match(const Passage& passage, size_t token) const {
  constexpr size_t kLongestName = 8;
  for (size_t count = std::min(kLongestName, passage.size() - token); count > 0; --count) {
    const std::string_view name = passage.between(token, token + count);
    if (knows(name) || is_anyone(name)) return count;
  }
  return 0;
}

// ---- legend -------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kMeans[] = {" = ", "= ", " : ", ": ", " – ", " — ", " - ", " -> ", " := "};
constexpr size_t kMostNameWords = 6;

// "ADM = …", "MongoDB, Redis : …"
void read_explanation(std::string_view line, RoleBook& book) {
  line = strip(line, "-*•–");
  size_t at = std::string_view::npos, length = 0;
  for (const std::string_view mark : kMeans) {
    const size_t found = line.find(mark);
    if (found < at) at = found, length = mark.size();
  }
  if (at == std::string_view::npos || at == 0 || at > 60) return;
  const std::string_view left = line.substr(0, at), right = line.substr(at + length);
  if (std::count(left.begin(), left.end(), ' ') >= static_cast<long>(kMostNameWords) || left.find_first_of("0123456789") == 0) return;
  for (const std::string_view name : cut(left, ",")) book.define(name, right);
}

void read_table(const Block& block, RoleBook& book) {
  for (const TableRow& row : block.rows) {
    if (row.cells.size() != 2 || row.header) continue;
    const Passage name = make_passage(row.cells[0].lines), meaning = make_passage(row.cells[1].lines);
    const bool numbers = std::any_of(meaning.tokens.begin(), meaning.tokens.end(), [](const Token& token) { return token.kind == TokenKind::number; });
    if (!numbers && name.size() <= kMostNameWords) book.define(name.text, meaning.text);
  }
}

}  // namespace

namespace {

constexpr size_t kMostUsedWords = 6;

void use_cells(const Block& table, RoleBook& book) {
  for (const TableRow& row : table.rows)
    for (const Cell& cell : row.cells)
      if (const Passage text = make_passage(cell.lines); !text.empty() && text.size() <= kMostUsedWords)
        for (const std::string& name : book.split(text.text)) book.use(name);
}

// Ends of several headings are names that the document uses.
void use_headings(const Document& document, RoleBook& book) {
  std::map<std::string, size_t> count;
  for (const Block& block : document.blocks) {
    if (block.kind != Block::Kind::heading && (block.kind != Block::Kind::table || block.lines.empty())) continue;
    const Scene scene = scene_of(make_passage(block.lines).text);
    for (const std::string& end : {scene.from, scene.to})
      if (!end.empty() && ++count[lower_case(end)] == 2) book.use(end);
  }
}

}  // namespace

void RoleBook::use(std::string_view name) {
  if (used_.size() < kMostMeanings) used_.insert(lower_case(strip(name, "`*\"'")));
}

void read_legend(const Document& document, RoleBook& book) {
  use_headings(document, book);
  for (const Block& block : document.blocks) {
    if (block.kind == Block::Kind::table) read_table(block, book), use_cells(block, book);
    if (block.kind == Block::Kind::list_item || block.kind == Block::Kind::paragraph)
      for (const Line& line : block.lines) read_explanation(line.text, book);
  }
}

// ---- headings -----------------------------------------------------------------------------------------------------

namespace {

struct Arrow {
  std::string_view mark;
  bool both;
  bool back;
};
constexpr Arrow kArrows[] = {{"<-->", true, false}, {"<->", true, false}, {"↔", true, false}, {"-->", false, false}, {"->", false, false},
                             {"→", false, false},   {"=>", false, false}, {"<--", false, true}, {"<-", false, true}, {"←", false, true}};

bool read_arrow(std::string_view heading, Scene& scene) {
  for (const Arrow& arrow : kArrows) {
    const size_t at = heading.find(arrow.mark);
    if (at == std::string_view::npos) continue;
    const std::string_view left = strip(heading.substr(0, at), "`:"), right = strip(heading.substr(at + arrow.mark.size()), "`:");
    if (left.empty() || right.empty()) return false;
    scene.from = std::string(arrow.back ? right : left);
    scene.to = std::string(arrow.back ? left : right);
    scene.both_ways = arrow.both;
    return true;
  }
  return false;
}

constexpr std::string_view kTails[] = {"communications", "communication", "connections", "connection", "traffic", "access", "ports", "rules"};

std::string_view without_tail(std::string_view text) {
  for (const std::string_view tail : kTails)
    if (text.size() > tail.size() && lower_case(text).ends_with(tail)) return strip(text.substr(0, text.size() - tail.size()));
  return text;
}

std::string_view without_article(std::string_view text) {
  for (const std::string_view article : {"the ", "The ", "a ", "an ", "all ", "your ", "der ", "die ", "das ", "dem ", "den ", "le ", "la ", "les ", "el "})
    if (text.starts_with(article)) return text.substr(article.size());
  return text;
}

struct Pattern {
  std::string_view before;
  std::string_view between;
  bool both;
};
// "Ports used for all-machine to control plane communications"
constexpr Pattern kPatterns[] = {{"from ", " to ", false},       {"between ", " and ", true}, {"for ", " to ", false}, {"zwischen ", " und ", true},
                                 {"von ", " zu ", false},        {"von ", " nach ", false},   {"entre ", " et ", true}, {"de ", " vers ", false},
                                 {"entre ", " y ", true}};

bool read_pattern(std::string_view heading, Scene& scene) {
  const std::string lower = lower_case(heading);
  for (const Pattern& pattern : kPatterns) {
    const size_t before = find_phrase(lower, pattern.before);
    const size_t between = before == std::string::npos ? before : lower.find(pattern.between, before + pattern.before.size());
    if (between == std::string::npos || (pattern.before == "for " && without_tail(heading) == heading)) continue;
    const size_t from = before + pattern.before.size();
    scene.from = std::string(without_article(strip(heading.substr(from, between - from))));
    scene.to = std::string(without_article(without_tail(strip(heading.substr(between + pattern.between.size()), ":."))));
    scene.both_ways = scene.way_is_open = pattern.both;
    return !scene.from.empty() && !scene.to.empty();
  }
  return false;
}

// "Inbound rules for X nodes", "X incoming traffic"
void read_direction(std::string_view heading, Scene& scene) {
  const std::string lower = lower_case(heading);
  scene.direction = direction_in(lower);
  if (scene.direction == Direction::unknown) return;
  for (const std::string_view word : {"for ", "of ", "on ", "für ", "pour ", "para "}) {
    const size_t at = find_phrase(lower, word);
    if (at != std::string::npos) {
      scene.host = std::string(without_article(strip(heading.substr(at + word.size()), ":.")));
      return;
    }
  }
  for (const std::string_view word : {"incoming traffic", "outgoing traffic", "inbound traffic", "outbound traffic", "incoming", "outgoing"})
    if (const size_t at = lower.find(word); at != std::string::npos && at > 0) scene.host = std::string(strip(heading.substr(0, at)));
}

// "Firewall ports opened to the X portal:"
void read_peer(std::string_view heading, Scene& scene) {
  const std::string lower = lower_case(heading);
  constexpr std::string_view kTo = " to the ";
  const size_t at = lower.find(kTo);
  if (at == std::string::npos || (!holds_phrase(lower, "ports") && !holds_phrase(lower, "port"))) return;
  scene.peer = std::string(strip(heading.substr(at + kTo.size()), ":."));
}

// "Ports of the Edge Filer"
void read_owner(std::string_view heading, Scene& scene) {
  constexpr size_t kMostWords = 5;
  const std::string lower = lower_case(heading);
  const size_t at = lower.find(" of the ");
  if (at == std::string::npos || !lower.substr(0, at).ends_with("ports")) return;
  const std::string_view owner = strip(heading.substr(at + 8), ":.");
  if (std::count(owner.begin(), owner.end(), ' ') >= static_cast<long>(kMostWords)) return;
  scene.host = std::string(owner);
  scene.host_is_open = true;
}

// A heading that is the name of a machine: "Edge Transport Server".
constexpr std::string_view kMachines[] = {"server", "servers", "host", "hosts", "node", "nodes", "gateway", "controller", "controllers", "appliance", "worker",
                                          "workers", "filer", "filers", "agent", "agents", "plane", "proxy", "station", "machine", "machines", "serveur", "servidor", "knoten"};

void read_machine(std::string_view heading, Scene& scene) {
  const Passage passage = make_passage(strip(heading, ":."), 1);
  constexpr size_t kMostWords = 5;
  if (passage.empty() || passage.size() > kMostWords || holds_phrase(passage.lower, "port") || holds_phrase(passage.lower, "ports")) return;
  size_t last = passage.size() - 1;
  while (last > 0 && (passage.is_mark(last, ')') || passage.is_mark(last, '(') || passage.is_word(last, "s"))) --last;
  const std::string_view word = passage.word(last);
  const bool machine = std::find(std::begin(kMachines), std::end(kMachines), word) != std::end(kMachines);
  const bool about = holds_phrase(passage.lower, "for") || holds_phrase(passage.lower, "of") || holds_phrase(passage.lower, "rules");
  if (machine && !about) scene.host = std::string(strip(heading, ":."));
}

}  // namespace

Scene scene_of(std::string_view heading) {
  Scene scene;
  constexpr size_t kMostHeading = 300;   // what is longer is a sentence, not a heading
  heading = strip(heading.substr(0, heading.find(" {#")));   // an anchor in Markdown
  if (heading.size() > kMostHeading) return scene;
  if (read_arrow(heading, scene) || read_pattern(heading, scene)) return scene;
  scene.from.clear();
  scene.to.clear();
  scene.both_ways = scene.way_is_open = false;
  read_direction(heading, scene);
  if (scene.direction == Direction::unknown) read_peer(heading, scene);
  if (scene.host.empty()) read_owner(heading, scene);
  if (scene.host.empty()) read_machine(heading, scene);
  return scene;
}

namespace {

constexpr std::string_view kHosts[] = {"client", "clients", "server", "servers", "host", "hosts", "node", "nodes", "controller", "controllers", "gateway", "gateways", "internet", "any", "worker", "workers",
                                       "agent", "agents", "machine", "machines", "master", "masters", "plane", "database", "proxy", "balancer", "balancers", "browser", "browsers", "user", "users", "computer",
                                       "computers", "appliance", "cluster", "member", "members", "peer", "peers", "site", "workstation", "workstations", "endpoint", "endpoints", "router", "routers", "switch",
                                       "lan", "wan", "dmz", "serveur", "serveurs", "servidor", "servidores", "rechner", "knoten", "portal", "console", "point", "manager", "device", "devices", "storage", "everywhere"};
constexpr std::string_view kChanges[] = {"change", "changes", "changed", "difference", "differences", "migrate", "migrating", "migration", "upgrade", "upgrading", "update", "updating", "convert", "converting",
                                         "compare", "comparison", "versus", "vs", "switching", "moving", "history", "version", "versions", "unterschied", "unterschiede", "änderungen", "migrieren", "wechsel",
                                         "différence", "différences", "migrer", "diferencia", "diferencias", "migrar"};
constexpr std::string_view kMenus[] = {"settings", "network", "networking", "system", "firewall", "ports", "port", "options", "preferences", "configuration", "tools", "menu", "advanced", "security", "general",
                                       "administration", "services", "rules", "security groups", "inbound rules", "outbound rules", "einstellungen", "netzwerk", "paramètres", "réseau", "configuración", "red"};

template <class Words>
bool holds_one(std::string_view lower, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return holds_phrase(lower, word); });
}

bool is_host(std::string_view name, const RoleBook& book) {
  const bool quoted = name.size() > 2 && (name.front() == '`' || name.front() == '"');
  return quoted || book.uses(name) || is_anyone(name) || is_abbreviation(name) || holds_one(lower_case(name), kHosts);
}

// "2.1", "TCP", "Settings": what is no host.
bool is_no_host(std::string_view name) {
  const std::string lower = lower_case(strip(name, "`*\"'"));
  const bool menu = std::find(std::begin(kMenus), std::end(kMenus), lower) != std::end(kMenus);
  return lower.empty() || (lower[0] >= '0' && lower[0] <= '9') || transport(lower).has_value() || menu;
}

bool is_path(std::string_view heading, std::string_view end) { return end.find("->") != std::string_view::npos || end.find("→") != std::string_view::npos || heading.find(" > ") != std::string_view::npos; }

}  // namespace

Scene vouched(Scene scene, std::string_view heading, const RoleBook& book) {
  if (scene.from.empty() || scene.to.empty()) return scene;
  const bool other = holds_one(lower_case(heading.substr(0, heading.find(scene.from))), kChanges) || is_path(heading, scene.from) || is_path(heading, scene.to);
  if (other || (is_no_host(scene.from) && !book.uses(scene.from)) || (is_no_host(scene.to) && !book.uses(scene.to))) return {};
  scene.names_are_open = !is_host(scene.from, book) || !is_host(scene.to, book);
  return scene;
}

}  // namespace fwproof::specs::derive
