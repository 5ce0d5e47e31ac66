#include "importers/iptables_save/parse.h"

#include <array>

#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::DiagnosticId;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_plain_word(char c) { return c <= '"' && (is_blank(c) || c == '"'); }

// One word with a quote in it, as iptables-restore cuts it (add_param_to_argv in iptables/xshared.c, 1.8.9): a quote may open inside a word, a closing quote ends
// the word, a backslash escapes inside quotes only.
void cut_word(std::string_view line, size_t& at, RuleAst& ast) {
  const size_t start = at;
  while (at < line.size() && !ends_plain_word(line[at])) ++at;
  Word word{line.substr(start, at - start), static_cast<uint32_t>(start + 1), false};
  if (at < line.size() && line[at] == '"') {
    word.quoted = true;
    const size_t open = ++at;
    while (at < line.size() && line[at] != '"' && line[at] != '\\') ++at;
    if (at < line.size() && line[at] == '"' && word.text.empty()) {
      word.text = line.substr(open, at - open);
    } else {
      std::string text(word.text);
      text += line.substr(open, at - open);
      for (; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] == '\\' && at + 1 < line.size()) ++at;
        text += line[at];
      }
      word.text = ast.unescaped.emplace_back(std::move(text));
    }
    if (at >= line.size())
      ast.problems.push_back({DiagnosticId::line_unrecognised, static_cast<uint32_t>(ast.words.size()), "a quote is not closed", ""});
    else
      ++at;
  }
  ast.words.push_back(word);
}

void cut_words(std::string_view line, RuleAst& ast) {
  const char *const begin = line.data(), *const end = begin + line.size();
  for (const char* c = begin;;) {
    while (c != end && is_blank(*c)) ++c;
    if (c == end) return;
    const char* const start = c;
    while (c != end && !ends_plain_word(*c)) ++c;
    if (c == end || *c != '"') {
      ast.words.push_back({{start, static_cast<size_t>(c - start)}, static_cast<uint32_t>(start - begin + 1), false});
      continue;
    }
    size_t at = static_cast<size_t>(start - begin);
    cut_word(line, at, ast);
    c = begin + at;
  }
}

struct VerbRow {
  std::string_view short_name;
  std::string_view long_name;
  Verb verb;
};
constexpr auto kVerbs = std::to_array<VerbRow>({
    {"-A", "--append", Verb::append}, {"-I", "--insert", Verb::insert}, {"-N", "--new-chain", Verb::new_chain},
    {"-P", "--policy", Verb::policy}, {"-F", "--flush", Verb::flush}, {"-Z", "--zero", Verb::harmless},
    {"-X", "--delete-chain", Verb::harmless}, {"-D", "--delete", Verb::other}, {"-R", "--replace", Verb::other},
    {"-E", "--rename-chain", Verb::other},
});

class LineParser {
 public:
  explicit LineParser(RuleAst& ast) : ast_(ast), end_(static_cast<uint32_t>(ast.words.size())) {}

  uint32_t parse_verb() {
    uint32_t at = 0;
    if (at < end_ && ast_.words[at].text.starts_with('[')) ++at;
    ast_.verb = Verb::other;
    if (at >= end_) return at;
    const std::string_view verb = ast_.words[at].text;
    for (const VerbRow& row : kVerbs)
      if (verb.size() == 2 ? verb[1] == row.short_name[1] && verb[0] == '-' : verb == row.long_name) ast_.verb = row.verb;
    ++at;
    if (at < end_) ast_.chain = ast_.words[at++].text;
    if (ast_.verb == Verb::policy && at < end_) ast_.policy = ast_.words[at++].text;
    if (ast_.verb == Verb::insert && at < end_)
      if (const auto position = text::parse_decimal(ast_.words[at].text, 0xffffffff)) {
        ast_.position = static_cast<uint32_t>(*position);
        ++at;
      }
    return at;
  }

  void parse_options(uint32_t at) {
    at_ = at;
    while (at_ < end_) parse_option();
    if (negated_) problem(end_ - 1, "'!' without a condition behind it");
  }

 private:
  struct Found {
    int32_t owner = kGeneric;
    const OptionSpec* spec = nullptr;
    std::string_view name;   // empty: not found
    bool any_values = false; // values up to the next option
    bool is_flag = false;
  };

  void problem(uint32_t word, std::string message, std::string note = {}) {
    ast_.problems.push_back({DiagnosticId::line_unrecognised, word, std::move(message), std::move(note)});
  }

  bool looks_like_option(uint32_t i) const {
    const Word& word = ast_.words[i];
    if (word.quoted) return false;
    return word.text == "!" || (word.text.size() > 1 && word.text[0] == '-' && (word.text[1] < '0' || word.text[1] > '9'));
  }

  void parse_option() {
    const Word word = ast_.words[at_];
    if (word.text == "!" && !word.quoted) {
      if (negated_) problem(at_, "'!' twice");
      negated_ = true;
      ++at_;
      return;
    }
    if (word.text.size() > 2 && word.text.starts_with("--")) return parse_long(word);
    if (word.text.size() > 1 && word.text[0] == '-') return parse_short(word);
    problem(at_, "bad argument '" + std::string(word.text) + "'");
    ++at_;
  }

  void parse_short(const Word& word) {
    const uint32_t at = at_++;
    for (const OptionSpec& spec : generic_options()) {
      if (spec.short_name != word.text[1]) continue;
      if (word.text.size() > 2) attach(word, 2);
      return take({kGeneric, &spec, spec.name, false, spec.arguments == 0}, at);
    }
    problem(at, "unknown option '" + std::string(word.text) + "'");
    skip_values();
  }

  void parse_long(const Word& word) {
    const uint32_t at = at_++;
    std::string_view name = word.text.substr(2);
    if (const size_t equals = name.find('='); equals != std::string_view::npos) {
      attach(word, equals + 3);
      name = name.substr(0, equals);
    }
    Found found = find(name);
    if (found.name.empty() && load_implied(at)) found = find(name);
    if (found.name.empty()) found = find_catch_all(name);
    if (found.name.empty()) {
      problem(at, "unknown option '" + std::string(word.text) + "'", "no match or target in front of it has such an option");
      return skip_values();
    }
    take(found, at);
  }

  // `--dport=22`, `-ieth0`: the value becomes a word of its own behind the line's words.
  void attach(const Word& word, size_t from) {
    attached_ = static_cast<uint32_t>(ast_.words.size());
    ast_.words.push_back({word.text.substr(from), word.column + static_cast<uint32_t>(from), word.quoted});
  }

  void skip_values() {
    attached_ = 0;
    negated_ = false;
    while (at_ < end_ && !looks_like_option(at_)) ++at_;
  }

  // Exact names first, latest module first; then unique abbreviations, as getopt_long(3) has them.
  Found find(std::string_view name) const {
    for (const bool exact : {true, false}) {
      for (auto owner = load_order_.rbegin(); owner != load_order_.rend(); ++owner) {
        const Found found = *owner == kTarget ? find_in_list(name, ast_.target_spec ? ast_.target_spec->options : "", kTarget, exact)
                                              : find_in_match(name, *owner, exact);
        if (!found.name.empty()) return found;
      }
      if (const Found found = find_in_specs(name, generic_options(), kGeneric, exact); !found.name.empty()) return found;
    }
    return {};
  }

  Found find_in_match(std::string_view name, int32_t owner, bool exact) const {
    const ModuleSpec* spec = ast_.matches[static_cast<size_t>(owner)].spec;
    if (spec == nullptr) return {};
    if (spec->handling == Handling::modelled) return find_in_specs(name, module_options(spec->name), owner, exact);
    return find_in_list(name, spec->options, owner, exact);
  }

  static Found find_in_list(std::string_view name, std::string_view list, int32_t owner, bool exact) {
    std::string_view word = find_word(list, name);
    if (word.empty()) return {};
    const bool is_flag = word.ends_with('=');
    if (is_flag) word.remove_suffix(1);
    if (exact && word != name) return {};
    return {owner, nullptr, word, true, is_flag};
  }

  static Found find_in_specs(std::string_view name, std::span<const OptionSpec> specs, int32_t owner, bool exact) {
    const OptionSpec* only = nullptr;
    for (const OptionSpec& spec : specs) {
      if (exact ? spec.name != name : !spec.name.starts_with(name)) continue;
      if (only != nullptr && only->meaning != spec.meaning) return {};
      only = &spec;
    }
    if (only == nullptr) return {};
    return {owner, only, only->name, false, only->arguments == 0};
  }

  // Modules and targets whose options nobody knows own every option behind them.
  Found find_catch_all(std::string_view name) const {
    for (auto owner = load_order_.rbegin(); owner != load_order_.rend(); ++owner) {
      if (*owner == kTarget ? ast_.target_spec == nullptr && !ast_.is_goto
                            : ast_.matches[static_cast<size_t>(*owner)].spec == nullptr ||
                                  ast_.matches[static_cast<size_t>(*owner)].spec->options == "*")
        return {*owner, nullptr, name, true, false};
    }
    return {};
  }

  bool load_implied(uint32_t at) {
    const std::string_view module = implied_module(protocol_);
    if (module.empty()) return false;
    for (const MatchUse& match : ast_.matches)
      if (match.name == module) return false;
    load_match(module, at);
    return true;
  }

  void load_match(std::string_view name, uint32_t word) {
    load_order_.push_back(static_cast<int32_t>(ast_.matches.size()));
    ast_.matches.push_back({find_module(name), name, word});
  }

  void take(const Found& found, uint32_t at) {
    OptionUse use{found.name, found.spec, found.owner, negated_, at, 0, 0};
    negated_ = false;
    take_values(found, use);
    if (found.owner == kGeneric && take_structure(use)) return;
    ast_.options.push_back(use);
  }

  void take_values(const Found& found, OptionUse& use) {
    const uint32_t needed = found.spec ? found.spec->arguments : found.is_flag ? 0 : 1;
    if (attached_ != 0) {
      use.first_value = attached_;
      use.value_count = 1;
      attached_ = 0;
      if (needed > 1) problem(use.word, "'--" + std::string(found.name) + "' needs " + std::to_string(needed) + " values");
      return;
    }
    if (needed > 0 && at_ < end_ && ast_.words[at_].text == "!" && !ast_.words[at_].quoted) {  // old style: --dport ! 80
      use.negated = !use.negated;
      ++at_;
    }
    use.first_value = at_;
    // Options that are known by name only may be flags: they take what does not look like an option.
    const bool certain = found.spec != nullptr || found.owner == kTarget;
    while (use.value_count < needed && at_ < end_ && (certain || !looks_like_option(at_))) take_value(use);
    while (found.any_values && !found.is_flag && at_ < end_ && !looks_like_option(at_)) take_value(use);
    if (certain && use.value_count < needed) {
      problem(use.word, "'" + std::string(ast_.words[use.word].text) + "' needs a value");
      use.first_value = use.word;  // so that value(use) is always readable
    }
  }

  void take_value(OptionUse& use) {
    ++use.value_count;
    ++at_;
  }

  // -m, -j, -g and the protocol decide how the rest of the line reads.
  bool take_structure(const OptionUse& use) {
    if (use.value_count == 0 && use.spec->arguments > 0) return true;
    switch (use.spec->meaning) {
      case Meaning::match: load_match(ast_.value(use), use.first_value); return true;
      case Meaning::jump: take_target(use, false); return true;
      case Meaning::go_to: take_target(use, true); return true;
      case Meaning::protocol:
        protocol_text_ = ast_.value(use);
        for (char& c : protocol_text_)
          if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        protocol_ = use.negated ? std::string_view() : std::string_view(protocol_text_);
        return false;
      case Meaning::source: case Meaning::destination: case Meaning::in_interface: case Meaning::out_interface:
      case Meaning::fragment: case Meaning::counters: case Meaning::ipv4: case Meaning::ipv6: case Meaning::table:
      case Meaning::sport: case Meaning::dport: case Meaning::tcp_flags: case Meaning::syn: case Meaning::icmp_type:
      case Meaning::icmpv6_type: case Meaning::sports: case Meaning::dports: case Meaning::ports: case Meaning::src_range:
      case Meaning::dst_range: case Meaning::ctstate: case Meaning::ctproto: case Meaning::ctstatus: case Meaning::ctdir:
      case Meaning::match_set: case Meaning::mark: case Meaning::connmark: case Meaning::src_type: case Meaning::dst_type:
      case Meaning::mac_source: case Meaning::pure: case Meaning::per_visit: case Meaning::opaque_set: case Meaning::nothing:
      case Meaning::value: return false;
    }
    return false;
  }

  void take_target(const OptionUse& use, bool is_goto) {
    if (!ast_.target.empty()) problem(use.word, "a second target");
    ast_.target = ast_.value(use);
    ast_.target_word = use.first_value;
    ast_.is_goto = is_goto;
    ast_.target_spec = is_goto ? nullptr : find_target(ast_.target);
    load_order_.push_back(kTarget);
  }

  RuleAst& ast_;
  uint32_t end_;
  uint32_t at_ = 0;
  uint32_t attached_ = 0;
  bool negated_ = false;
  std::string protocol_text_;
  std::string_view protocol_;
  std::vector<int32_t> load_order_;
};

}  // namespace

void parse_words(std::string_view line, RuleAst& ast) {
  ast.line = line;
  ast.words.clear();
  ast.unescaped.clear();
  ast.matches.clear();
  ast.options.clear();
  ast.problems.clear();
  ast.chain = ast.policy = ast.target = {};
  ast.position = 1;
  ast.target_spec = nullptr;
  ast.is_goto = false;
  ast.target_word = 0;
  cut_words(line, ast);
  LineParser(ast).parse_verb();
}

void parse_line(std::string_view line, RuleAst& ast) {
  parse_words(line, ast);
  if (ast.verb != Verb::append && ast.verb != Verb::insert) return;
  LineParser parser(ast);
  parser.parse_options(parser.parse_verb());
}

}  // namespace fwproof::importers::iptables_save
