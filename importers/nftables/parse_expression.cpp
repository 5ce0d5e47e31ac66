// Expressions. Source: nft(8) 1.0.6, "EXPRESSIONS" and "PRIMARY EXPRESSIONS"; src/parser_bison.y for what binds how.
#include <algorithm>
#include <array>

#include "importers/nftables/parse_rule.h"

namespace fwproof::importers::nftables {
namespace {

constexpr unsigned kMaxDepth = 64;

// Headers whose fields follow as one word.
constexpr std::string_view kHeaders[] = {"ether", "vlan", "arp", "ip", "ip6", "icmp", "igmp", "icmpv6", "tcp", "udp", "udplite", "sctp", "dccp", "ah",
                                         "esp", "comp", "th", "hbh", "rt", "rt0", "rt2", "rt4", "frag", "dst", "mh", "srh", "gre", "gretap", "vxlan", "geneve"};
// meta keys that need no "meta" in front (nft(8), META EXPRESSIONS).
constexpr std::string_view kBareMeta[] = {"mark", "iif", "iifname", "iiftype", "oif", "oifname", "oiftype", "skuid", "skgid", "nftrace", "rtclassid", "ibriport",
                                          "ibrname", "ibridgename", "obriport", "obrname", "obridgename", "pkttype", "cpu", "iifgroup", "oifgroup", "cgroup",
                                          "secpath", "ipsec", "time", "day", "hour", "iifkind", "oifkind", "l4proto", "nfproto"};
// Words that end an expression although a field could follow.
constexpr std::string_view kNoField[] = {"exists", "missing", "vmap", "set", "map", "accept", "drop", "counter", "and", "or", "xor", "eq", "ne"};

template <typename Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

struct Binary {
  std::string_view mark;
  std::string_view word;
};
// From weakest to strongest.
const std::array<std::vector<Binary>, 4> kBinary = {{{{"|", "or"}}, {{"^", "xor"}}, {{"&", "and"}}, {{"<<", "lshift"}, {">>", "rshift"}}}};

class Depth {
 public:
  explicit Depth(unsigned& depth) : depth_(depth) { ++depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  ~Depth() { --depth_; }
  bool too_deep() const { return depth_ > kMaxDepth; }

 private:
  unsigned& depth_;
};

}  // namespace

std::string RuleParser::join(std::string_view a, std::string_view b) {
  std::string text(a);
  if (!text.empty() && !b.empty()) text += ' ';
  text += b;
  return text;
}

std::string_view RuleParser::keep(std::string text) {
  const auto known = kept_.find(text);
  if (known != kept_.end()) return known->second;
  const std::string_view view = ruleset_.texts.emplace_back(text);
  kept_.emplace(std::move(text), view);
  return view;
}

Expr RuleParser::make(ExprKind kind, const Token& token) {
  Expr expr;
  expr.kind = kind;
  expr.text = token.text;
  expr.line = first_line_ + token.line;
  expr.column = token.column;
  return expr;
}

Expr RuleParser::broken(const Token& token) { return make(ExprKind::broken, token); }

bool RuleParser::take_word(std::string_view word) {
  if (!lexer_.peek().is_word(word)) return false;
  lexer_.take();
  return true;
}

bool RuleParser::take_mark(std::string_view mark) {
  if (!lexer_.peek().is(mark)) return false;
  lexer_.take();
  return true;
}

void RuleParser::skip_newlines() {
  while (lexer_.peek().kind == TokenKind::newline) lexer_.take();
}

bool RuleParser::at_end_of_statement() {
  const Token& token = lexer_.peek();
  return token.kind == TokenKind::newline || token.kind == TokenKind::end || token.is(";") || token.is("}");
}

void RuleParser::skip_statement() {
  size_t depth = 0;
  while (lexer_.peek().kind != TokenKind::end) {
    const Token& token = lexer_.peek();
    if (depth == 0 && at_end_of_statement()) return;
    if (token.is("{")) ++depth;
    if (token.is("}")) --depth;
    lexer_.take();
  }
}

Expr RuleParser::parse_value() { return parse_list(); }

// "a, b" and "a / b, c": bits that are joined, and bits under a mask.
Expr RuleParser::parse_list() {
  const Token first = lexer_.peek();
  const auto list = [&] {
    Expr expr = parse_concat();
    if (!lexer_.peek().is(",")) return expr;
    Expr all = make(ExprKind::list, first);
    all.kids.push_back(std::move(expr));
    while (take_mark(",")) {
      skip_newlines();
      all.kids.push_back(parse_concat());
    }
    return all;
  };
  Expr expr = list();
  if (!lexer_.peek().is("/")) return expr;
  lexer_.take();
  Expr masked = make(ExprKind::masked, first);
  masked.kids.push_back(std::move(expr));
  masked.kids.push_back(list());
  return masked;
}

Expr RuleParser::parse_concat() {
  const Token first = lexer_.peek();
  Expr expr = parse_range();
  if (!lexer_.peek().is(".")) return expr;
  Expr concat = make(ExprKind::concat, first);
  concat.kids.push_back(std::move(expr));
  while (take_mark(".")) concat.kids.push_back(parse_range());
  // "a . b map { … }" looks up both.
  if (concat.kids.back().kind != ExprKind::map) return concat;
  Expr map = std::move(concat.kids.back());
  concat.kids.back() = std::move(map.kids[0]);
  map.kids[0] = std::move(concat);
  return map;
}

Expr RuleParser::parse_range() {
  const Token first = lexer_.peek();
  Expr expr = parse_or();
  if (!lexer_.peek().is("-")) return expr;
  lexer_.take();
  Expr range = make(ExprKind::range, first);
  range.kids.push_back(std::move(expr));
  range.kids.push_back(parse_or());
  return range;
}

Expr RuleParser::parse_or() { return parse_binary(0); }

Expr RuleParser::parse_binary(size_t level) {
  if (level == kBinary.size()) return parse_primary();
  const Token first = lexer_.peek();
  Expr left = parse_binary(level + 1);
  size_t count = 0;
  while (true) {
    const Token token = lexer_.peek();
    const auto row = std::find_if(kBinary[level].begin(), kBinary[level].end(), [&](const Binary& b) { return token.is(b.mark) || token.is_word(b.word); });
    if (row == kBinary[level].end()) return left;
    if (++count > kMaxDepth) return broken(first);  // the tree leans to the left
    lexer_.take();
    skip_newlines();
    Expr both = make(ExprKind::binary, first);
    both.text = row->mark;
    both.kids.push_back(std::move(left));
    both.kids.push_back(parse_binary(level + 1));
    left = std::move(both);
  }
}

Expr RuleParser::parse_primary() {
  const Depth depth(depth_);
  const Token token = lexer_.peek();
  if (depth.too_deep()) return broken(token);
  if (token.is("{")) return set_literal();
  if (token.is("(")) {
    lexer_.take();
    skip_newlines();
    Expr inner = parse_concat();
    skip_newlines();
    if (!take_mark(")")) return broken(token);
    return inner;
  }
  if (token.is("*")) return make(ExprKind::star, lexer_.take());
  switch (token.kind) {
    case TokenKind::quoted: return make(ExprKind::quoted, lexer_.take());
    case TokenKind::set_ref: return make(ExprKind::set_ref, lexer_.take());
    case TokenKind::raw_payload: {
      Expr expr = make(ExprKind::selector, lexer_.take());
      expr.text = keep("@" + std::string(token.text));
      return parse_map_of(std::move(expr));
    }
    case TokenKind::variable: {
      lexer_.take();
      const auto known = variables_.find(token.text);
      if (known == variables_.end()) return broken(token);
      Expr expr = make(ExprKind::value, token);
      expr.shared = known->second;
      return expr;
    }
    case TokenKind::word: break;
    case TokenKind::mark: case TokenKind::newline: case TokenKind::hidden_xt: case TokenKind::end: return broken(token);
  }
  if (selectors_) {
    if (auto generator = parse_generator()) return parse_map_of(std::move(*generator));
    if (auto selector = parse_selector()) return parse_map_of(std::move(*selector));
  }
  return make(ExprKind::value, lexer_.take());
}

// "KEY map { … }", where the key may be a concatenation.
Expr RuleParser::parse_map_of(Expr key) {
  if (!lexer_.peek().is_word("map")) return key;
  const Token token = lexer_.take();
  Expr map = make(ExprKind::map, token);
  map.kids.push_back(std::move(key));
  map.kids.push_back(parse_primary());
  return map;
}

Expr RuleParser::set_literal() {
  const Depth depth(depth_);
  const Token open = lexer_.take();  // {
  Expr set = make(ExprKind::set, open);
  if (depth.too_deep()) return broken(open);
  const bool outer = selectors_;
  selectors_ = false;
  while (true) {
    skip_newlines();
    if (take_mark("}")) break;
    if (take_mark(",")) continue;
    if (lexer_.peek().kind == TokenKind::end || lexer_.peek().is(";")) {
      set.kind = ExprKind::broken;
      break;
    }
    set.kids.push_back(element());
    skip_newlines();
    if (!lexer_.peek().is(",") && !lexer_.peek().is("}")) {
      // Not an element: read on to where the next may begin.
      set.kids.back().kind = ExprKind::broken;
      while (!lexer_.peek().is(",") && !lexer_.peek().is("}") && lexer_.peek().kind != TokenKind::end) {
        if (lexer_.peek().is("{")) (void)set_literal();
        else lexer_.take();
      }
    }
  }
  selectors_ = outer;
  return set;
}

Expr RuleParser::element() {
  const Token first = lexer_.peek();
  Expr key = parse_concat();
  skip_newlines();
  element_options();
  if (!take_mark(":")) return key;
  skip_newlines();
  Expr pair = make(ExprKind::element, first);
  pair.kids.push_back(std::move(key));
  pair.kids.push_back(verdict_ahead() ? parse_verdict() : parse_concat());
  if (take_mark(":")) {  // a priority, "1:1": no number that the model holds
    lexer_.take();
    pair.kids.back() = make(ExprKind::any, first);
    pair.kids.back().kids.resize(2);
  }
  skip_newlines();
  element_options();
  return pair;
}

// timeout, expires, comment, counter, limit …: nothing that says which packets match.
void RuleParser::element_options() {
  static constexpr std::string_view kOptions[] = {"timeout", "expires", "comment", "counter", "limit", "quota", "last", "ct"};
  if (lexer_.peek().kind != TokenKind::word || !is_one_of(kOptions, lexer_.peek().text)) return;
  while (lexer_.peek().kind == TokenKind::word || lexer_.peek().kind == TokenKind::quoted || lexer_.peek().is("/")) {
    lexer_.take();
    skip_newlines();
  }
}

bool RuleParser::verdict_ahead() {
  static constexpr std::string_view kVerdicts[] = {"accept", "drop", "continue", "return", "jump", "goto", "queue"};
  return lexer_.peek().kind == TokenKind::word && is_one_of(kVerdicts, lexer_.peek().text);
}

Expr RuleParser::parse_verdict() {
  const Token token = lexer_.take();
  Expr verdict = make(ExprKind::verdict, token);
  if (token.text != "jump" && token.text != "goto") return verdict;
  const Token chain = lexer_.peek();
  if (chain.kind == TokenKind::word || chain.kind == TokenKind::quoted || chain.kind == TokenKind::variable) {
    const bool outer = selectors_;
    selectors_ = false;
    verdict.kids.push_back(parse_primary());
    selectors_ = outer;
  } else {
    verdict.kind = ExprKind::broken;
  }
  return verdict;
}

// numgen, jhash, symhash: a number that nobody knows.
std::optional<Expr> RuleParser::parse_generator() {
  const Token first = lexer_.peek();
  const bool number = first.is_word("numgen"), hash = first.is_word("jhash"), symmetric = first.is_word("symhash");
  if (!number && !hash && !symmetric) return std::nullopt;
  lexer_.take();
  if (number) lexer_.take();
  Expr any = make(ExprKind::any, first);
  any.kids.resize(2);
  if (hash) any.kids.push_back(parse_concat());
  while (lexer_.peek().is_word("mod") || lexer_.peek().is_word("offset") || lexer_.peek().is_word("seed")) {
    const Token option = lexer_.take();
    const Token value = lexer_.take();
    if (!option.is_word("seed")) any.kids[option.is_word("mod") ? 0 : 1] = make(ExprKind::value, value);
  }
  return any;
}

std::optional<Expr> RuleParser::parse_selector() {
  const Token first = lexer_.peek(), second = lexer_.peek(1);
  const bool word_follows = second.kind == TokenKind::word;
  Expr expr = make(ExprKind::selector, first);
  std::string name(first.text);
  const auto take_next = [&] { name = join(name, lexer_.take().text); };
  const auto field_follows = [&] { return lexer_.peek().kind == TokenKind::word && !is_one_of(kNoField, lexer_.peek().text); };
  if (first.is_word("meta")) {
    if (!word_follows) return std::nullopt;
    lexer_.take();
    take_next();
  } else if (first.is_word("ct")) {
    if (!word_follows) return std::nullopt;
    lexer_.take();
    const bool directed = second.text == "original" || second.text == "reply";
    take_next();
    if (directed) {
      const std::string_view key = lexer_.peek().text;
      take_next();
      if (key == "ip" || key == "ip6") take_next();
    }
  } else if (first.is_word("fib")) {
    lexer_.take();
    take_next();
    while (lexer_.peek().is(".")) {
      take_next();
      take_next();
    }
    take_next();
  } else if (first.is_word("socket") || first.is_word("osf") || first.is_word("ipsec") || first.is_word("exthdr") || first.is_word("tunnel")) {
    lexer_.take();
    while (field_follows()) take_next();
  } else if (first.is_word("rt") && (second.is_word("ip") || second.is_word("ip6"))) {
    lexer_.take();
    take_next();
    take_next();
  } else if (is_one_of(kHeaders, first.text) && word_follows) {
    lexer_.take();
    const bool deep = second.text == "option" || second.text == "chunk";
    take_next();
    if (first.text == "arp" || deep)
      while (field_follows()) take_next();
    if (deep && lexer_.peek().kind == TokenKind::raw_payload) take_next();
  } else if (is_one_of(kBareMeta, first.text)) {
    lexer_.take();
    name = "meta " + name;
  } else {
    return std::nullopt;
  }
  expr.text = keep(std::move(name));
  return expr;
}

}  // namespace fwproof::importers::nftables
