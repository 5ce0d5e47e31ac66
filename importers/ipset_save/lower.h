// Collects the entries of named sets and merges them into what they match.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "importers/importer.h"
#include "importers/ipset_save/ast.h"

namespace fwproof::importers::ipset_save {

// What became of a line: empty text and id mean fine.
struct LineProblem {
  bool found = false;
  model::DiagnosticId id{};
  std::string_view where;   // the part of the line
  std::string message;
};

class SetCollector {
 public:
  // Requires: line.command is create, add, flush, destroy or change.
  LineProblem apply(const Line& line, model::Origin origin);
  // Writes all sets into facts.
  void finish(Facts& facts);

 private:
  enum class Dimension : uint8_t { address, port, mac, mark, iface };
  struct Group {
    std::vector<model::Interval> first;   // of the first dimension, an address
    std::vector<model::Term> rest;
    model::Origin origin;
  };
  // Ranges of addresses, in any order. Sets have millions of them, so those of IPv4 take 8 bytes: the first address in the upper half.
  struct Addresses {
    std::vector<uint64_t> v4;
    std::vector<model::Interval> v6;
    void add(const model::Interval& range, model::Family family);
    model::IntervalSet merged();   // leaves nothing behind
  };
  struct Collected {
    NamedSet set;
    std::vector<Dimension> dimensions;
    unsigned netmask = 0;                 // 0: none
    uint64_t markmask = 0xffffffff;
    bool default_timeout = false;
    std::map<unsigned, Addresses> by_length;                      // one address: entries, and nomatch entries; hash:net,iface: networks of all entries
    std::map<unsigned, Addresses> nomatch_by_length;
    std::unordered_map<std::string, Group> groups;                // key: the entry without its first part
    std::vector<std::string> order;                               // of the groups
  };

  LineProblem create(const Line& line, model::Origin origin);
  LineProblem add(const Line& line, model::Origin origin);
  LineProblem add_entry(Collected& set, const Line& line, bool nomatch, bool wildcard, model::Origin origin);
  static bool add_address(Collected& set, std::string_view text, bool nomatch);
  static bool add_tuple(Collected& set, std::string_view text, bool wildcard, model::Origin origin);
  static bool parse_rest(const Collected& set, std::string_view text, bool wildcard, std::vector<model::Term>& terms);
  static std::optional<model::Term> parse_part(const Collected& set, Dimension dimension, std::string_view text, bool wildcard);
  static void clear(Collected& set);
  static void read_type(Collected& set);
  static void merge(Collected& set);
  static void let_narrowest_decide(Collected& set);

  std::unordered_map<std::string, Collected> sets_;
  Collected* last_ = nullptr;             // the set of the line before: dumps list a set's entries together
};

}  // namespace fwproof::importers::ipset_save
