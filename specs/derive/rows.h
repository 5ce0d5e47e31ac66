// Rows while they are made: what a table, a list or a sentence says, in its own words; and the specifications that they end in.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "specs/derive/derive.h"
#include "specs/derive/ports.h"
#include "specs/derive/roles.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxRows = 100'000;        // of a document; what is beyond is counted in a diagnostic

struct Draft {
  uint32_t line = 0;
  std::vector<std::pair<uint32_t, uint32_t>> ports;   // lowest, highest; empty for protocols without ports
  std::vector<std::pair<uint32_t, uint32_t>> src_ports;
  unsigned protocol = 6;
  std::vector<std::string> from;                      // names as the document has them; "ANY", or kServer
  std::vector<std::string> to;
  bool optional = false;
  bool dynamic_rpc = false;
  std::string program;
  std::string description;
  std::vector<Reading> readings;
};

Reading open_reading(std::string open, std::string chosen, std::string alternative);

// A specification while it is made.
struct Group {
  std::string title;
  uint32_t line = 0;                 // where it begins
  std::vector<Draft> drafts;
  std::vector<LeftOver> left_over;
  bool tcp_complete = false;         // the document says that it lists all
  bool other_complete = false;
  uint32_t complete_line = 0;
  std::vector<std::pair<Constraint, uint32_t>> constraints;   // with their lines
};

// Lines and digests of the document.
class Citations {
 public:
  Citations(const Document& document, const DeriveOptions& options, std::string title, std::string revision);
  const model::Citation& whole() const { return whole_; }
  model::Citation at(uint32_t line);

 private:
  std::vector<std::string_view> lines_;
  std::map<uint32_t, std::string> digests_;
  model::Citation whole_;
};

// Names roles and rows. Requires: every draft has from and to, and ports where its protocol has them.
Specification finish(Group group, std::string id, RoleBook& book, Citations& citations);

}  // namespace fwproof::specs::derive
