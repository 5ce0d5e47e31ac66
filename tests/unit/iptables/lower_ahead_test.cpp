// Lines lowered ahead, on several threads, are what lowering them one after the other makes, with all that they leave in what rules share.
#include <gtest/gtest.h>

#include "importers/iptables_save/lower_ahead.h"
#include "importers/iptables_save/parse.h"
#include "tests/unit/iptables/helpers.h"

namespace fwproof::tests {
namespace {

using namespace importers;
using namespace importers::iptables_save;

// Each with what it leaves.
const char* const kLines[] = {
    "-A PREROUTING -s 192.0.2.0/24 -p tcp -m tcp --dport 80 -j X",                                  // nothing
    "-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination 198.51.100.1:8443",           // a rewrite; a rule before where translation is asked for
    "-A X -m statistic --mode random --probability 0.5 -j DNAT --to-destination 198.51.100.2",      // an unknown condition of its own, a note
    "-A X -m string --string \"a b\" --algo bm -j ACCEPT",                                          // one that equal ones share
    "-A X -p udp -m string --string \"a b\" --algo bm -m u32 --u32 \"6&0xFF=1\" -j MARK --set-xmark 0x1/0x1",
    "-A X -m ttl --ttl-eq 3 -j RETURN",                                                             // it reads what rules may rewrite
    "-A X -m mac --mac-source 00:XX:XX:XX:XX:01 -j ACCEPT",                                         // each its own, though a function of the packet
    "-A X -j TTL --ttl-set 3",                                                                      // it rewrites that
    "-A X -j NOSUCHTARGET",                                                                         // an unknown action
    "-A X -j nowhere",                                                                              // an error
    "-A X -p tcp -m tcp --dport nonsense -j ACCEPT",                                                // a refused line
    "-A X -m set --match-set web src,dst -j ACCEPT",                                                // the budget of sets
    "-A X -m set --match-set missing src -j ACCEPT",
    "-A POSTROUTING -o eth0 -j MASQUERADE",
    "-I X 2 -s 192.0.2.7/32 -j ACCEPT",
    "-F X",
    "-A NOT-DECLARED -j ACCEPT",
    "-A X -m connmark --mark 0x10/0x10 -j CONNMARK --restore-mark",
};

struct Line {
  model::Rule rule;
  LineResult result;
  std::vector<model::Rule> before;
};

class Lowering {
 public:
  Lowering(const Facts& facts, bool asks_translated) {
    builder.facts = &facts;
    builder.asks_translated = asks_translated;
    builder.policy.interfaces.add("eth0");
    builder.interface_atoms.emplace("eth0", builder.policy.interfaces.atoms("eth0", false));
    scope = {"nat", "", {{"X", 2}}};
  }
  Line lower(const RuleAst& ast, model::Origin origin) {
    Line line;
    scope.chain = ast.chain;
    lower_rule(builder, scope, ast, origin, line.rule, line.result, line.before);
    if (ast.target_spec != nullptr && ast.target_spec->effect == Effect::changes_header) builder.changes_header = true;
    return line;
  }
  Builder builder;
  TableScope scope;
};

void expect_same(const model::Rule& a, const model::Rule& b) {
  EXPECT_EQ(a.terms, b.terms);
  EXPECT_EQ(a.action.kind, b.action.kind);
  EXPECT_EQ(a.action.index, b.action.index);
  EXPECT_EQ(a.origin.line, b.origin.line);
}

void expect_same(const Line& a, const Line& b) {
  expect_same(a.rule, b.rule);
  ASSERT_EQ(a.before.size(), b.before.size());
  for (size_t i = 0; i < a.before.size(); ++i) expect_same(a.before[i], b.before[i]);
  EXPECT_EQ(a.result.line_class, b.result.line_class);
  EXPECT_EQ(a.result.construct, b.result.construct);
  ASSERT_EQ(a.result.notes.size(), b.result.notes.size());
  for (size_t i = 0; i < a.result.notes.size(); ++i) EXPECT_EQ(a.result.notes[i].message, b.result.notes[i].message);
}

std::string text_of_shared(const Builder& builder) {
  std::string text = builder.changes_header ? "changes headers\n" : "";
  for (const model::UnknownCondition& unknown : builder.policy.unknowns)
    text += unknown.kind + "|" + unknown.text + "|" + std::to_string(static_cast<int>(unknown.sharing)) + "|" + std::to_string(unknown.origin.line) + "\n";
  for (const uint32_t index : builder.header_unknowns) text += "reads header: " + std::to_string(index) + "\n";
  for (const model::RewriteAction& action : builder.policy.rewrites) {
    text += "rewrite " + std::to_string(static_cast<int>(action.then));
    for (const model::Rewrite& step : action.steps) text += " " + std::string(model::field_text(step.field)) + " " + std::to_string(static_cast<uint64_t>(step.values.empty() ? 0 : step.values.min()));
    text += "\n";
  }
  return text;
}

void compare(bool asks_translated) {
  Facts facts;
  NamedSet& web = facts.sets["web"];
  web.name = "web", web.type = "hash:ip", web.one_address = true;
  web.addresses = model::AddressSet::of(*model::parse_prefix("192.0.2.0/28"));
  std::string text;
  for (size_t i = 0; i < 20; ++i)
    for (size_t k = 0; k < std::size(kLines); ++k) text += std::string(kLines[(k * (i + 1)) % std::size(kLines)]) + "\n";
  const std::vector<Section> sections = {section_of(text)};
  std::vector<LineRef> rules;
  for (uint32_t i = 0; i < sections[0].lines.size(); ++i) rules.push_back({0, i});
  const LoweringAhead::ChainIndex chains = {{"PREROUTING", 0}, {"POSTROUTING", 1}, {"X", 2}};
  Lowering one(facts, asks_translated), other(facts, asks_translated);
  LoweringAhead ahead(other.builder, other.scope, chains, sections, rules, 1);
  size_t lowered_ahead = 0;
  RuleAst ast;
  for (size_t i = 0; i < rules.size(); ++i) {
    SCOPED_TRACE(std::string(sections[0].lines[i]));
    parse_line(sections[0].lines[i], ast);
    auto lowered = ahead.take(i);
    if (ast.verb != Verb::append) {
      EXPECT_FALSE(lowered);
      continue;
    }
    const model::Origin origin = origin_of(sections, rules[i]);
    const Line expected = one.lower(ast, origin);
    if (!lowered) {
      expect_same(expected, other.lower(ast, origin));
      continue;
    }
    ++lowered_ahead;
    EXPECT_EQ(chains.at(ast.chain), lowered->chain);
    leave_traces(other.builder, *lowered);
    Line found{std::move(lowered->rule), {}, {}};
    if (lowered->traces) found.result = lowered->traces->line, found.before = lowered->traces->before;
    expect_same(expected, found);
  }
  EXPECT_EQ(text_of_shared(one.builder), text_of_shared(other.builder));
  EXPECT_GT(lowered_ahead, rules.size() / 2);
}

TEST(LowerAhead, IsLoweringLineByLine) { compare(false); }
TEST(LowerAhead, IsLoweringLineByLineWhereTranslationIsAskedFor) { compare(true); }

}  // namespace
}  // namespace fwproof::tests
