// Which column of a table holds what: by its header, checked against what stands below it, or by that alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/document.h"
#include "specs/derive/roles.h"
#include "specs/derive/tokens.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {

struct Columns {
  std::vector<Column> kinds;
  size_t first_row = 0;      // behind the header
  bool by_content = false;   // no header names the ports
  std::vector<std::string> headers;
  std::vector<size_t> several;            // columns of ports of which no header says that they belong together
  std::optional<std::pair<size_t, size_t>> ends;   // "Start port" and "End port"
  std::string doubtful;                   // "Old port": a column of ports that may not be asked for
  std::string from_name;     // "Client" and "Server", where the headers are "Client ports" and "Server port"
  std::string to_name;

  bool has(Column kind) const;
  // The cells, moved right by `shift`, hold ports and a protocol where they should.
  bool fits(const std::vector<Passage>& cells, size_t shift) const;
  // The header once more.
  bool is_header(const std::vector<Passage>& cells) const;
};

// Nothing: it is no table of ports. `about_ports`: the text around it speaks of ports.
std::optional<Columns> find_columns(const Block& table, bool about_ports, const RoleBook& book);

// Of words in a line: "Port Source Target Description", each reading of it: "Source Port" may be one column or two. Empty unless ports and another
// column are among them, and all are known.
std::vector<std::vector<Column>> columns_of_line(const Passage& line);

bool is_port_column(Column kind);
bool is_pure_ports(const Passage& cell);

}  // namespace fwproof::specs::derive
