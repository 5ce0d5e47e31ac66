#include "report/write_policy.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/source_lines.h"
#include "report/words.h"

namespace fwproof::report {
namespace {

using namespace model;

constexpr size_t kListed = 64;

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

std::string conjunction_text(const Policy& policy, Family family, const std::vector<Term>& terms) {
  std::string text;
  for (const Term& term : terms) text += fmt::format("{}{}", text.empty() ? "" : "; ", term_text(policy, family, term));
  return text.empty() ? "always" : text;
}

std::string address_text(const AddressSet& set) {
  if (set.empty()) return "nothing";
  if (set == AddressSet::all()) return "any";
  return shortened(prefix_texts(set), kListed);
}

std::string in_text(const Policy& policy, Family family, const In& in) {
  if (in.set.empty()) return fmt::format("{} nothing", field_text(in.field));
  const std::vector<std::string> texts = set_texts(in.field, family, in.set, &policy);
  return fmt::format("{} {}", field_text(in.field), texts.empty() ? "any" : shortened(texts, kListed));
}

std::string values_text(const Policy& policy, const Rewrite& step) {
  const bool address = step.field == Field::src || step.field == Field::dst;
  const Family family = policy.v4 || !address ? Family::v4 : Family::v6;
  const std::vector<std::string> texts = set_texts(step.field, family, step.values, &policy);
  return texts.empty() ? "any" : shortened(texts, kListed);
}

std::string hex(u128 value) { return fmt::format("{:#x}", static_cast<uint64_t>(value)); }

std::string rewrite_text(const Policy& policy, const Rewrite& step) {
  const std::string_view field = field_text(step.field);
  const bool address = step.field == Field::src || step.field == Field::dst;
  const Family family = policy.v4 || !address ? Family::v4 : Family::v6;
  const auto bits = [&](u128 value) { return address ? to_text(Address{family, value}) : hex(value); };
  switch (step.kind) {
    case Rewrite::Kind::assign: return fmt::format("{} := {}", field, values_text(policy, step));
    case Rewrite::Kind::assign_named: return fmt::format("{} := {}", field, step.name);
    case Rewrite::Kind::set_bits: return fmt::format("{} := ({} and not {}) xor {}", field, field, bits(step.mask), bits(step.value));
    case Rewrite::Kind::copy_bits:
      return fmt::format("{} := ({} and not {}) or ({} and {})", field, field, bits(step.mask), field_text(step.from), bits(step.mask));
    case Rewrite::Kind::netmap: return fmt::format("{} := {} with the network {} mask {}", field, field, bits(step.value), bits(step.mask));
  }
  return {};
}

std::string_view plain_text(ActionKind kind) {
  switch (kind) {
    case ActionKind::accept: return "accept";
    case ActionKind::drop: return "drop";
    case ActionKind::reject: return "reject";
    case ActionKind::jump: return "jump";
    case ActionKind::go_to: return "goto";
    case ActionKind::return_: return "return";
    case ActionKind::proceed: return "continue";
    case ActionKind::rewrite: return "rewrite";
    case ActionKind::unknown: return "unknown";
    case ActionKind::unknown_rewriting: return "unknown, may rewrite";
  }
  return "";
}

std::string unknown_text(const Policy& policy, uint32_t index) {
  if (index >= policy.unknowns.size()) return "unknown";
  const UnknownCondition& unknown = policy.unknowns[index];
  const bool shared = unknown.sharing == UnknownCondition::Sharing::pure;
  return fmt::format("unknown[{}: {}{}]", unknown.kind, unknown.text, shared ? "" : "; anew at each visit");
}

void write_hooks(std::ostream& out, const Policy& policy) {
  for (const Hook hook : {Hook::input, Hook::output, Hook::forward}) {
    const auto& stages = policy.hooks[static_cast<size_t>(hook)];
    if (stages.empty()) continue;
    std::string text;
    for (const Stage& stage : stages) {
      const std::string name = stage.kind == Stage::Kind::route ? "(routing)" : policy.chains[stage.chain].name;
      text += fmt::format("{}{}{}", text.empty() ? "" : " -> ", name, stage.kind == Stage::Kind::nat ? " (nat)" : "");
    }
    out << "  hook " << to_text(hook) << ": " << escape(text) << '\n';
  }
}

void write_rule(std::ostream& out, SourceLines& lines, const Policy& policy, const Rule& rule) {
  const Family family = policy.v4 ? Family::v4 : Family::v6;
  out << "    " << lines.place(rule.origin) << "  " << (rule.enabled ? "" : "(disabled) ")
      << escape(conjunction_text(policy, family, rule.terms)) << " -> " << escape(action_text(policy, rule.action));
  if (!rule.name.empty()) out << "  # " << escape(rule.name);
  out << '\n';
  if (rule.assumption >= 0 && static_cast<size_t>(rule.assumption) < policy.assumptions.size())
    out << "      assumes: " << escape(policy.assumptions[static_cast<size_t>(rule.assumption)].text) << '\n';
}

}  // namespace

std::string term_text(const Policy& policy, Family family, const Term& term) {
  const std::string text = std::visit(
      Overload{
          [&](const In& in) { return in_text(policy, family, in); },
          [&](const InAddresses& in) { return fmt::format("{} {}", field_text(in.field), address_text(in.set)); },
          [&](const Masked& masked) { return fmt::format("{} & {} == {}", field_text(masked.field), hex(masked.mask), hex(masked.value)); },
          [&](const InNamed& named) { return fmt::format("{} in {}", field_text(named.field), named.name); },
          [&](const Unknown& unknown) { return unknown_text(policy, unknown.index); },
          [&](const AnyOf& any) {
            std::string parts;
            for (const auto& terms : any.alternatives)
              parts += fmt::format("{}{}", parts.empty() ? "" : " | ", conjunction_text(policy, family, terms));
            return any.alternatives.empty() ? std::string("never") : "(" + parts + ")";
          }},
      term.what);
  return term.negated ? "not " + text : text;
}

std::string action_text(const Policy& policy, const Action& action) {
  const std::string plain(plain_text(action.kind));
  switch (action.kind) {
    case ActionKind::jump:
    case ActionKind::go_to:
      return fmt::format("{} {}", plain, action.index < policy.chains.size() ? policy.chains[action.index].name : "nowhere");
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: {
      const std::string text = unknown_text(policy, action.index);
      return action.kind == ActionKind::unknown ? text : text + " that may rewrite";
    }
    case ActionKind::rewrite: {
      std::string text;
      if (action.index >= policy.rewrites.size()) return plain;
      const RewriteAction& rewrite = policy.rewrites[action.index];
      for (const Rewrite& step : rewrite.steps) text += fmt::format("{}{}", text.empty() ? "" : ", ", rewrite_text(policy, step));
      return fmt::format("{}, then {}", text, plain_text(rewrite.then));
    }
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
    case ActionKind::return_:
    case ActionKind::proceed: break;
  }
  return plain;
}

void write_policy(std::ostream& out, const Sources& sources, const Policy& policy) {
  SourceLines lines(sources);
  out << "policy for" << (policy.v4 ? " IPv4" : "") << (policy.v6 ? " IPv6" : "") << '\n';
  for (const Assumption& assumption : policy.general_assumptions) out << "  assumes: " << escape(assumption.text) << '\n';
  write_hooks(out, policy);
  for (const Chain& chain : policy.chains) {
    out << "  chain " << escape(chain.name) << ", " << chain.rules.size() << (chain.rules.size() == 1 ? " rule" : " rules")
        << ", at end: " << plain_text(chain.at_end);
    if (!chain.at_end_text.empty()) out << " (" << escape(chain.at_end_text) << ')';
    if (chain.at_end_origin.line != 0) out << ' ' << lines.place(chain.at_end_origin);
    out << '\n';
    for (const Rule& rule : chain.rules) write_rule(out, lines, policy, rule);
  }
}

namespace {

void write_ranges(std::ostream& out, const AddressSet& set) {
  constexpr size_t kMost = 8;
  size_t shown = 0;
  for (const Family family : {Family::v4, Family::v6})
    for (const Interval& part : set.in(family).intervals()) {
      if (++shown > kMost) continue;
      out << ' ' << to_text(Address{family, part.lo});
      if (part.lo != part.hi) out << '-' << to_text(Address{family, part.hi});
    }
  if (shown > kMost) out << " and " << shown - kMost << " more";
}

// "pool LAN 192.168.1.100-192.168.1.199 reserved 192.168.1.10"
void write_dhcp(std::ostream& out, const SourceLines& lines, const HostFacts& facts) {
  for (const DhcpPool& pool : facts.dhcp_pools) {
    out << "pool " << escape(pool.interface);
    write_ranges(out, pool.addresses);
    if (!pool.reserved.empty()) {
      out << " reserved";
      write_ranges(out, pool.reserved);
    }
    out << "  " << lines.place(pool.origin) << '\n';
  }
  for (const DhcpGap& gap : facts.dhcp_gaps) out << "pool unknown: " << escape(gap.text) << "  " << lines.place(gap.origin) << '\n';
}

}  // namespace

void write_facts(std::ostream& out, const Sources& sources, const HostFacts& facts) {
  const SourceLines lines(sources);
  for (const InterfaceFact& interface : facts.interfaces) {
    out << "interface " << escape(interface.name);
    for (const Prefix& address : interface.addresses) out << ' ' << to_text(address);
    out << "  " << lines.place(interface.origin) << '\n';
  }
  for (const RouteFact& route : facts.routes) {
    out << "route " << (route.to.length == 0 ? "default" : to_text(route.to));
    if (route.via) out << " via " << to_text(*route.via);
    if (!route.dev.empty()) out << " dev " << escape(route.dev);
    out << "  " << lines.place(route.origin) << '\n';
  }
  write_dhcp(out, lines, facts);
}

}  // namespace fwproof::report
