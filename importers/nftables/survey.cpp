#include "importers/nftables/survey.h"

#include <algorithm>

namespace fwproof::importers::nftables {
namespace {

using model::Field;

constexpr size_t kMaxNames = 2048;
constexpr size_t kMaxVisits = size_t{1} << 24;

constexpr uint8_t kBoth = 10;  // 4 and 6

class Surveyor {
 public:
  explicit Surveyor(const Ruleset& ruleset) : ruleset_(ruleset) {}

  Survey run() {
    for (const TableAst& table : ruleset_.tables) {
      table_ = &table;
      for (const ChainAst& chain : table.chains) look_at(chain);
    }
    spread();
    return std::move(result_);
  }

 private:
  void look_at(const ChainAst& chain) {
    use_ = &result_.chains[{table_, chain.name}];
    use_->table = table_;
    use_->chain = &chain;
    use_->sites = sites_of(chain);
    for (const std::string& device : chain.devices) add_name(device);
    for (const RuleAst& rule : chain.rules)
      for (const Statement& statement : rule.statements) {
        look_at(statement);
        if (sets_zone(statement)) use_->zone = rule.origin;
      }
  }

  static Sites sites_of(const ChainAst& chain) {
    Sites sites;
    if (!chain.is_base) return sites;
    struct Row {
      std::string_view hook;
      Site site;
    };
    static constexpr Row kHooks[] = {{"ingress", Site::ingress}, {"prerouting", Site::prerouting}, {"input", Site::input}, {"forward", Site::forward},
                                     {"output", Site::output},   {"postrouting", Site::postrouting}, {"egress", Site::egress}};
    for (const Row& row : kHooks)
      if (chain.hook == row.hook) sites.set(static_cast<size_t>(row.site));
    // Connection tracking has priority -200; the chains of type nat are called by its nat hooks, wherever they ask to stand.
    constexpr int32_t kConntrack = -200;
    const bool nat = chain.type == "nat";
    const bool before = chain.hook == "ingress" || chain.hook == "egress" ||
                        ((chain.hook == "prerouting" || chain.hook == "output") && !nat && chain.priority <= kConntrack);
    sites.set(static_cast<size_t>(before ? Site::early : Site::tracked));
    if (before && chain.priority == kConntrack) sites.set(static_cast<size_t>(Site::tracked));
    sites.set(static_cast<size_t>(nat ? Site::nat : Site::filter));
    return sites;
  }

  void add_name(std::string_view name) {
    if (result_.interfaces.size() < kMaxNames && name.size() < 256) result_.interfaces.emplace(name);
  }

  void look_at(const Statement& statement) {
    look_in(statement.left, 0);
    look_in(statement.right, 0);
    for (const Statement& inner : statement.inner) look_at(inner);
    if (const uint8_t families = tracked_families(statement)) track(families);
    if (statement.kind == StatementKind::match || statement.kind == StatementKind::verdict_map) names_beside(statement.left, statement.right);
    if (statement.kind == StatementKind::assign) assigned(statement.left.get());
    if (statement.kind == StatementKind::notrack) result_.rewritten.insert(Field::state);
    if (statement.kind != StatementKind::change_set) return;
    if (const auto set = table_->sets.find(std::string(statement.right.text)); set != table_->sets.end()) result_.changing[table_].insert(&set->second);
  }

  // The family for which a statement makes the kernel track connections, or both; 0: none.
  // nf_ct_netns_get is called by nft_ct.c, nft_nat.c, nft_masq.c, nft_redir.c, nft_connlimit.c, nft_flow_offload.c, nft_synproxy.c.
  uint8_t tracked_families(const Statement& statement) const {
    if (statement.word == "ct" || statement.word.starts_with("ct ") || statement.word == "synproxy" || statement.kind == StatementKind::flow) return kBoth;
    if (statement.kind != StatementKind::nat) return 0;
    if (statement.word == "masquerade" || statement.word == "redirect" || table_->family != TableFamily::inet) return kBoth;
    return statement.family != 0 ? statement.family : family_of_addresses(statement.left, *table_);
  }

  void track(uint8_t families) {
    const bool inet = table_->family == TableFamily::inet;
    if (families != 6 && (inet || table_->family == TableFamily::ip)) result_.tracking_v4.insert(table_);
    if (families != 4 && (inet || table_->family == TableFamily::ip6)) result_.tracking_v6.insert(table_);
  }

  void assigned(const Expr& left) {
    const Selector& selector = find_selector(left.text);
    if (selector.selects == Selects::field || selector.selects == Selects::bits) result_.rewritten.insert(selector.field);
    if (is_zone(left.text)) result_.rewritten.insert(Field::state);
    if (left.text != "meta mark" && left.text != "ct mark") result_.changes_header = true;
  }

  void look_in(const Expr& given, unsigned depth) {
    // A variable's value is looked at once for each chain: its jumps count where it is used.
    if (given.shared && !seen_.insert({use_, given.shared}).second) return;
    const Expr& expr = given.get();
    if (depth > 100 || ++visits_ > kMaxVisits) return;
    if (expr.kind == ExprKind::selector && expr.text.starts_with("ct status")) result_.asks_translated = true;
    if (expr.kind == ExprKind::selector && expr.text.starts_with("ct ")) track(kBoth);
    if (expr.kind == ExprKind::verdict && !expr.kids.empty()) use_->calls.emplace_back(expr.kids[0].get().text);
    if (expr.kind == ExprKind::map) names_beside(expr.kids[0], expr.kids[1]);
    if (expr.kind == ExprKind::set_ref) look_in_set(expr.text, depth);
    for (const Expr& kid : expr.kids) look_in(kid, depth + 1);
  }

  void look_in_set(std::string_view name, unsigned depth) {
    const auto set = table_->sets.find(std::string(name));
    if (set == table_->sets.end() || !set->second.is_map || !seen_sets_.insert({use_, &set->second}).second) return;
    for (const Expr& element : set->second.elements) look_in(element, depth + 1);
  }

  // Which dimensions of a key are interfaces.
  static void dimensions(const Expr& given, std::vector<bool>& result, unsigned depth = 0) {
    const Expr& expr = given.get();
    if (depth > 64) return;
    if (expr.kind == ExprKind::concat) {
      for (const Expr& kid : expr.kids) dimensions(kid, result, depth + 1);
      return;
    }
    result.push_back(expr.kind == ExprKind::selector && find_selector(expr.text).type == Type::interface);
  }

  void names_beside(const Expr& left, const Expr& right) {
    std::vector<bool> wanted;
    dimensions(left, wanted);
    if (std::find(wanted.begin(), wanted.end(), true) != wanted.end()) names_in(right, wanted, 0);
  }

  void names_in(const Expr& given, const std::vector<bool>& wanted, unsigned depth) {
    const Expr& expr = given.get();
    if (depth > 20 || ++visits_ > kMaxVisits) return;
    if (expr.kind == ExprKind::set) {
      for (const Expr& kid : expr.kids) names_in(kid, wanted, depth + 1);
    } else if (expr.kind == ExprKind::element) {
      names_in(expr.kids[0], wanted, depth + 1);
    } else if (expr.kind == ExprKind::concat) {
      for (size_t i = 0; i < expr.kids.size() && i < wanted.size(); ++i)
        if (wanted[i]) names_in(expr.kids[i], {true}, depth + 1);
    } else if (expr.kind == ExprKind::set_ref) {
      const auto set = table_->sets.find(std::string(expr.text));
      if (set == table_->sets.end() || !named_.insert({&set->second, wanted}).second) return;
      for (const Expr& element : set->second.elements) names_in(element, wanted, depth + 1);
    } else if (expr.kind == ExprKind::value || expr.kind == ExprKind::quoted) {
      if (wanted.size() == 1) add_name(expr.text);
    }
  }

  // Packets that come into a chain come into those that it calls.
  void spread() {
    std::vector<ChainUse*> todo;
    for (auto& [key, use] : result_.chains)
      if (use.sites.any()) todo.push_back(&use);
    while (!todo.empty()) {
      ChainUse* from = todo.back();
      todo.pop_back();
      for (const std::string& name : from->calls) {
        const auto to = result_.chains.find({from->table, name});
        if (to == result_.chains.end()) continue;
        const Sites joined = to->second.sites | from->sites;
        if (joined == to->second.sites) continue;
        to->second.sites = joined;
        todo.push_back(&to->second);
      }
    }
  }

  const Ruleset& ruleset_;
  const TableAst* table_ = nullptr;
  ChainUse* use_ = nullptr;
  Survey result_;
  std::set<std::pair<const ChainUse*, const Expr*>> seen_;
  std::set<std::pair<const ChainUse*, const SetAst*>> seen_sets_;
  std::set<std::pair<const SetAst*, std::vector<bool>>> named_;
  size_t visits_ = 0;
};

bool interferes(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::verdict: return statement.right.text == "drop";
    case StatementKind::verdict_map: case StatementKind::assign: case StatementKind::nat: case StatementKind::reject: case StatementKind::opaque_action:
    case StatementKind::broken: return true;
    case StatementKind::match: case StatementKind::proceed: case StatementKind::chance: case StatementKind::change_set: case StatementKind::notrack:
    case StatementKind::flow: case StatementKind::opaque_match: return false;
  }
  return true;
}

}  // namespace

Survey survey(const Ruleset& ruleset) { return Surveyor(ruleset).run(); }

bool sets_zone(const Statement& statement) {
  return statement.kind == StatementKind::assign && is_zone(statement.left.get().text) && constant_of(statement.right, Type::integer) != model::u128{0};
}

bool can_interfere(const TableAst& table) {
  if (table.unclear) return true;
  return std::any_of(table.chains.begin(), table.chains.end(), [](const ChainAst& chain) {
    if (chain.unclear || (!chain.policy.empty() && chain.policy != "accept")) return true;
    return std::any_of(chain.rules.begin(), chain.rules.end(),
                       [](const RuleAst& rule) { return std::any_of(rule.statements.begin(), rule.statements.end(), interferes); });
  });
}

}  // namespace fwproof::importers::nftables
