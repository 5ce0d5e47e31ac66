// The text of input lines, for showing them beside a finding.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/source.h"

namespace fwproof::report {

class SourceLines {
 public:
  // `sources` must outlive this.
  explicit SourceLines(const model::Sources& sources) : sources_(sources) {}

  // The line as UTF-8 where it is UTF-8 or UTF-16, without its end, not escaped, at most 300 bytes; empty when there is none.
  std::string line(const model::Origin& origin);
  // "rules.txt:41", escaped; the path alone when there is no line.
  std::string place(const model::Origin& origin) const;
  // The path alone, not escaped; empty for a file that does not exist.
  std::string path(const model::Origin& origin) const;

 private:
  struct Index {
    std::string decoded;          // only for UTF-16
    bool is_decoded = false;
    std::vector<size_t> starts;   // of each line
  };
  const Index& index_of(uint32_t file);

  const model::Sources& sources_;
  std::map<uint32_t, Index> indexes_;
};

}  // namespace fwproof::report
