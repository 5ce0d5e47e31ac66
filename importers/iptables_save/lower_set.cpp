#include "importers/iptables_save/lower_set.h"

#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::AnyOf;
using model::Field;
using model::Term;
using Sharing = model::UnknownCondition::Sharing;

constexpr unsigned kMaxSetDepth = 8;  // a list:set holds no list:set; deeper than this is an error in the file

// The field that a dimension reads: entries are written with src, src_port, in; the flag `dst` turns them to the other side.
Field turned(Field field, bool to_src) {
  if (to_src) return field;
  if (field == Field::src) return Field::dst;
  if (field == Field::src_port) return Field::dst_port;
  if (field == Field::in) return Field::out;
  return field;
}

class SetLowering {
 public:
  SetLowering(Builder& builder, std::string_view flags, model::Origin origin) : builder_(builder), origin_(origin) {
    for (std::string_view part; text::next_part(flags, ',', part);) to_src_.push_back(part == "src");
  }

  SetCondition lower(std::string_view name, unsigned depth) {
    SetCondition result;
    if (builder_.modified_sets.contains(name)) return unknown("a SET target of this dump changes it");
    const auto found = builder_.facts->sets.find(std::string(name));
    if (found == builder_.facts->sets.end()) {
      result = unknown("the set is not among the inputs");
      result.missing = true;
      return result;
    }
    const NamedSet& set = found->second;
    if (!set.opaque.empty()) return unknown(set.opaque);
    // The kernel (ip_set_test, net/netfilter/ipset/ip_set_core.c): too few flags or the other family never match.
    if (to_src_.size() < set.dimensions) return never();
    const bool is_list = set.type == "list:set";
    if (!is_list && has_family(set) && set.v6 != (builder_.family == model::Family::v6)) return never();
    result = is_list ? lower_list(set, depth) : set.one_address ? lower_addresses(set) : lower_entries(set);
    if (set.timeouts && result.unknown.empty())
      result.terms.push_back({model::Unknown{builder_.unknown("set", set.name + ": entries expire", Sharing::per_visit, origin_)}});
    return result;
  }

 private:
  static SetCondition unknown(std::string why) {
    SetCondition result;
    result.unknown = std::move(why);
    return result;
  }
  static SetCondition never() { return {{Term{AnyOf{}}}, "", false}; }
  static bool has_family(const NamedSet& set) { return set.type != "bitmap:port" && set.type != "hash:mac"; }

  bool spend(size_t amount) {
    if (builder_.set_budget < amount) return false;
    builder_.set_budget -= amount;
    return true;
  }

  SetCondition lower_addresses(const NamedSet& set) {
    const auto& intervals = set.addresses.in(builder_.family);
    if (!spend(intervals.intervals().size())) return unknown("too many large sets in one dump");
    SetCondition result;
    result.terms.push_back({model::InAddresses{turned(Field::src, to_src_[0]), model::AddressSet::of(builder_.family, intervals)}});
    return result;
  }

  SetCondition lower_entries(const NamedSet& set) {
    size_t size = 0;
    for (const NamedSet::Entry& entry : set.entries) size += 2 + entry.terms.size();
    if (!spend(size)) return unknown("too many large sets in one dump");
    AnyOf any;
    for (const NamedSet::Entry& entry : set.entries) {
      std::vector<Term> terms;
      for (size_t i = 0; i < entry.terms.size(); ++i) {
        Term term = entry.terms[i];
        if (!turn(term, to_src_[i])) return unknown("an entry names an interface that this importer cannot place");
        terms.push_back(std::move(term));
      }
      any.alternatives.push_back(std::move(terms));
    }
    SetCondition result;
    result.terms.push_back({std::move(any)});
    return result;
  }

  bool turn(Term& term, bool to_src) {
    if (auto* in = std::get_if<model::In>(&term.what)) {
      if (in->field == Field::mac && !to_src) return false;
      in->field = turned(in->field, to_src);
    }
    if (auto* addresses = std::get_if<model::InAddresses>(&term.what)) addresses->field = turned(addresses->field, to_src);
    if (auto* any = std::get_if<AnyOf>(&term.what))
      for (auto& alternative : any->alternatives)
        for (Term& inner : alternative)
          if (!turn(inner, to_src)) return false;
    if (auto* named = std::get_if<model::InNamed>(&term.what)) {  // an interface
      const auto atoms = builder_.interface_atoms.find(named->name);
      if (atoms == builder_.interface_atoms.end()) return false;
      term.what = model::In{turned(Field::in, to_src), atoms->second};
    }
    return true;
  }

  SetCondition lower_list(const NamedSet& list, unsigned depth) {
    if (depth >= kMaxSetDepth) return unknown("lists of sets nested too deep");
    if (!spend(list.members.size())) return unknown("too many large sets in one dump");
    AnyOf any;
    for (const std::string& member : list.members) {
      SetCondition inner = lower(member, depth + 1);
      if (!inner.unknown.empty()) return inner;
      any.alternatives.push_back(std::move(inner.terms));
    }
    SetCondition result;
    result.terms.push_back({std::move(any)});
    return result;
  }

  Builder& builder_;
  model::Origin origin_;
  std::vector<bool> to_src_;
};

}  // namespace

SetCondition lower_set(Builder& builder, std::string_view name, std::string_view flags, model::Origin origin) {
  return SetLowering(builder, flags, origin).lower(name, 0);
}

}  // namespace fwproof::importers::iptables_save
