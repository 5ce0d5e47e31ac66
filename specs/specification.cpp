#include "specs/specification.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/packet.h"
#include "specs/keys.h"
#include "specs/reader.h"
#include "specs/values.h"

namespace fwproof::specs {
namespace {

using model::DiagnosticId;
using model::IntervalSet;
using model::Strictness;

constexpr std::string_view kAlternatives[] = {"internal-dns", "hosts-file", "internal-address"};
constexpr std::string_view kDynamic[] = {"rpc"};
constexpr std::string_view kStrictness[] = {"violation", "warning", "ignore"};  // in the order of model::Strictness

// A specification while it is read, with what is needed across its parts.
struct Draft {
  Specification spec;
  std::set<std::string> row_ids;
};
struct RowDraft {
  Row row;
  Draft& whole;
};
struct ConstraintDraft {
  Constraint constraint;
  const Draft& whole;
};

// ---- cite ---------------------------------------------------------------------------------------------------------

void read_digest(Reader& reader, const Value& value, model::Citation& citation) {
  const auto text = reader.text(value);
  if (!text) return;
  if (is_sha256(*text)) citation.sha256 = *text;
  else reader.error(value, quoted(*text) + " is not a SHA-256 digest of 64 lower-case hexadecimal digits", DiagnosticId::value_unknown);
}

void read_line(Reader& reader, const Value& value, model::Citation& citation) {
  if (const auto line = reader.number(value, 1, 1'000'000'000)) citation.line = *line;
}

constexpr KeyRule<model::Citation> kCiteKeys[] = {{"line", Need::required, read_line}, {"sha256", Need::optional, read_digest}};

void read_cite(Reader& reader, const Value& value, const Draft& whole, model::Citation& citation) {
  citation = whole.spec.document;
  citation.sha256.clear();
  read_object<model::Citation>(reader, value, kCiteKeys, citation);
}

// ---- document, unlisted, roles ------------------------------------------------------------------------------------

constexpr KeyRule<model::Citation> kDocumentKeys[] = {
    {"title", Need::required, read_text<&model::Citation::document>},
    {"revision", Need::optional, read_text<&model::Citation::revision>},
    {"file", Need::optional, read_text<&model::Citation::file>},
    {"sha256", Need::optional, read_digest},
};

void read_document(Reader& reader, const Value& value, Draft& draft) {
  read_object<model::Citation>(reader, value, kDocumentKeys, draft.spec.document);
}

template <auto Member>
void read_strictness(Reader& reader, const Value& value, Draft& draft) {
  const auto word = reader.one_of(value, "a strictness", kStrictness);
  if (word) draft.spec.*Member = static_cast<Strictness>(std::find(std::begin(kStrictness), std::end(kStrictness), *word) - kStrictness);
}

constexpr KeyRule<Draft> kUnlistedKeys[] = {
    {"tcp", Need::optional, read_strictness<&Specification::unlisted_tcp>},
    {"other", Need::optional, read_strictness<&Specification::unlisted_other>},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, Draft& draft) { read_cite(reader, value, draft, draft.spec.unlisted_citation); }},
};

void read_unlisted(Reader& reader, const Value& value, Draft& draft) { read_object<Draft>(reader, value, kUnlistedKeys, draft); }

constexpr KeyRule<Role> kRoleKeys[] = {{"title", Need::optional, read_text<&Role::title>}};

void read_roles(Reader& reader, const Value& value, Draft& draft) {
  reader.each_member(value, [&](const JsonNode::Key& key, const Value& member) {
    if (!is_role_name(key.text)) {
      reader.error_at(key.at, value.path, quoted(key.text) + " is not a role: letters, digits, '.', '-' and '_' only", DiagnosticId::json_schema);
    }
    Role role;
    role.is_name = key.text.find('.') != std::string::npos;
    read_object<Role>(reader, member, kRoleKeys, role);
    draft.spec.roles[key.text] = std::move(role);
  });
}

// ---- rows ---------------------------------------------------------------------------------------------------------

std::vector<std::string> role_names(const Specification& spec) {
  std::vector<std::string> names;
  for (const auto& [name, role] : spec.roles) names.push_back(name);
  return names;
}

std::vector<std::string> read_role_list(Reader& reader, const Value& value, const Specification& spec) {
  std::vector<std::string> roles;
  std::set<std::string> seen;
  reader.each_item_or_self(value, [&](const Value& item) {
    const auto name = reader.text(item);
    if (!name) return;
    if (!seen.insert(*name).second) reader.error(item, "the role " + quoted(*name) + " is named twice");
    else if (spec.roles.contains(*name)) roles.push_back(*name);
    else reader.unknown_word(item, "a role that \"roles\" defines", role_names(spec), DiagnosticId::role_unknown);
  });
  return roles;
}

template <auto Member>
void read_row_roles(Reader& reader, const Value& value, RowDraft& draft) {
  draft.row.*Member = read_role_list(reader, value, draft.whole.spec);
}

constexpr KeyRule<Reading> kReadingKeys[] = {
    {"open", Need::optional, read_text<&Reading::open>},
    {"chosen", Need::required, read_text<&Reading::chosen>},
    {"alternative", Need::optional, read_text<&Reading::alternative>},
    {"review", Need::optional, read_boolean<&Reading::review>},
    {"accepted", Need::optional, read_text<&Reading::accepted>},
};

// A text is a decided reading.
void read_reading(Reader& reader, const Value& value, RowDraft& draft) {
  const auto read_one = [&](const Value& item) {
    Reading reading;
    if (item.node->kind == JsonNode::Kind::object) read_object<Reading>(reader, item, kReadingKeys, reading);
    else if (const auto text = reader.text(item)) reading.chosen = *text;
    draft.row.readings.push_back(std::move(reading));
  };
  if (value.node->kind == JsonNode::Kind::array) reader.each_item(value, read_one);
  else read_one(value);
}

void read_row_id(Reader& reader, const Value& value, RowDraft& draft) {
  const auto id = reader.text(value);
  if (!id) return;
  if (!is_id(*id)) reader.error(value, quoted(*id) + " is not an id: no white space and no '/'");
  else if (!draft.whole.row_ids.insert(*id).second) reader.error(value, "the id " + quoted(*id) + " is used by an earlier row");
  draft.row.id = *id;
}

void read_protocol(Reader& reader, const Value& value, RowDraft& draft) {
  if (value.node->kind != JsonNode::Kind::number && !reader.expect(value, JsonNode::Kind::string)) return;
  const auto number = parse_protocol(value.node->text);
  if (!number) return reader.unknown_word(value, "a protocol (a name such as tcp, or a number from 0 to 255)", protocol_names(), DiagnosticId::value_unknown);
  draft.row.protocol = value.node->text;
  draft.row.protocol_number = *number;
}

IntervalSet read_port_set(Reader& reader, const Value& value, std::vector<std::string>* texts) {
  std::vector<model::Interval> intervals;
  reader.each_item_or_self(value, [&](const Value& item) {
    if (item.node->kind != JsonNode::Kind::number && !reader.expect(item, JsonNode::Kind::string)) return;
    const auto range = parse_port_range(item.node->text);
    if (!range) {
      return reader.error(item, "cannot read " + quoted(item.node->text) + " as a port (8450) or a range of ports (1024-65535)", DiagnosticId::number_invalid);
    }
    intervals.push_back(*range);
    if (texts) texts->push_back(item.node->text);
  });
  return IntervalSet::from(std::move(intervals));
}

void read_ports(Reader& reader, const Value& value, RowDraft& draft) {
  draft.row.ports = read_port_set(reader, value, &draft.row.port_texts);
}

void read_src_ports(Reader& reader, const Value& value, RowDraft& draft) {
  draft.row.src_ports = read_port_set(reader, value, nullptr);
}

template <auto Member>
void read_row_text(Reader& reader, const Value& value, RowDraft& draft) {
  read_text<Member>(reader, value, draft.row);
}

constexpr KeyRule<RowDraft> kRowKeys[] = {
    {"id", Need::required, read_row_id},
    {"from", Need::required, read_row_roles<&Row::from>},
    {"to", Need::required, read_row_roles<&Row::to>},
    {"protocol", Need::optional, read_protocol},
    {"ports", Need::optional, read_ports},
    {"src_ports", Need::optional, read_src_ports},
    {"optional", Need::optional,
     [](Reader& reader, const Value& value, RowDraft& draft) { read_boolean<&Row::optional>(reader, value, draft.row); }},
    {"program", Need::optional, read_row_text<&Row::program>},
    {"service", Need::optional, read_row_text<&Row::service>},
    {"description", Need::optional, read_row_text<&Row::description>},
    {"dynamic", Need::optional,
     [](Reader& reader, const Value& value, RowDraft& draft) { draft.row.dynamic_rpc = reader.one_of(value, "a way of choosing ports", kDynamic).has_value(); }},
    {"reading", Need::optional, read_reading},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, RowDraft& draft) { read_cite(reader, value, draft.whole, draft.row.citation); }},
};

// Ports belong to protocols that have them, and there they must be said.
void check_ports(Reader& reader, const Value& value, Row& row) {
  const bool has_ports = model::has_ports(row.protocol_number);
  const bool names_ports = find_key(*value.node, "ports") || find_key(*value.node, "src_ports");
  if (!has_ports && names_ports) reader.error(value, "the protocol " + quoted(row.protocol) + " has no ports");
  if (has_ports && !find_key(*value.node, "ports")) reader.error(value, "the key \"ports\" is missing (\"0-65535\" for every port)");
  if (has_ports && row.src_ports.empty()) row.src_ports = IntervalSet::range(1024, 65535);
}

void read_rows(Reader& reader, const Value& value, Draft& draft) {
  reader.each_item(value, [&](const Value& item) {
    RowDraft row{{}, draft};
    row.row.citation = draft.spec.document;
    const size_t errors = reader.errors();
    read_object<RowDraft>(reader, item, kRowKeys, row);
    if (reader.errors() == errors) check_ports(reader, item, row.row);
    draft.spec.rows.push_back(std::move(row.row));
  });
}

// ---- constraints, whole -------------------------------------------------------------------------------------------

void read_kind(Reader& reader, const Value& value, ConstraintDraft& draft) {
  std::vector<std::string_view> known;
  for (const model::Constraint::Kind kind : model::kConstraintKinds) known.push_back(to_text(kind));
  const auto word = reader.one_of(value, "a kind of constraint", known);
  for (const model::Constraint::Kind kind : model::kConstraintKinds)
    if (word && *word == to_text(kind)) draft.constraint.kind = kind;
}

void read_alternatives(Reader& reader, const Value& value, ConstraintDraft& draft) {
  reader.each_item_or_self(value, [&](const Value& item) {
    if (const auto word = reader.one_of(item, "an alternative to NAT loopback", kAlternatives)) draft.constraint.alternatives.push_back(*word);
  });
}

template <auto Member>
void read_constraint_roles(Reader& reader, const Value& value, ConstraintDraft& draft) {
  draft.constraint.*Member = read_role_list(reader, value, draft.whole.spec);
}

constexpr KeyRule<ConstraintDraft> kConstraintKeys[] = {
    {"kind", Need::required, read_kind},
    {"from", Need::optional, read_constraint_roles<&Constraint::from>},
    {"to", Need::optional, read_constraint_roles<&Constraint::to>},
    {"alternatives", Need::optional, read_alternatives},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, ConstraintDraft& draft) { read_cite(reader, value, draft.whole, draft.constraint.citation); }},
};

// One of each kind: its id is the kind.
void read_constraints(Reader& reader, const Value& value, Draft& draft) {
  if (!reader.expect(value, JsonNode::Kind::array) || value.node->items.empty()) return;
  std::set<model::Constraint::Kind> seen;
  reader.each_item(value, [&](const Value& item) {
    ConstraintDraft constraint{{}, draft};
    constraint.constraint.citation = draft.spec.document;
    read_object<ConstraintDraft>(reader, item, kConstraintKeys, constraint);
    if (!seen.insert(constraint.constraint.kind).second) reader.error(item, "there is a constraint of this kind already");
    draft.spec.constraints.push_back(std::move(constraint.constraint));
  });
}

// ---- notes, left_over ---------------------------------------------------------------------------------------------

template <class Remark>
struct RemarkDraft {
  Remark remark;
  const Draft& whole;
};

template <class Remark, auto Member>
void read_remark_text(Reader& reader, const Value& value, RemarkDraft<Remark>& draft) {
  read_text<Member>(reader, value, draft.remark);
}

template <class Remark>
void read_remark_cite(Reader& reader, const Value& value, RemarkDraft<Remark>& draft) {
  read_cite(reader, value, draft.whole, draft.remark.citation);
}

constexpr KeyRule<RemarkDraft<Note>> kNoteKeys[] = {{"text", Need::required, read_remark_text<Note, &Note::text>},
                                                    {"cite", Need::optional, read_remark_cite<Note>}};
constexpr KeyRule<RemarkDraft<LeftOver>> kLeftOverKeys[] = {{"text", Need::required, read_remark_text<LeftOver, &LeftOver::text>},
                                                            {"why", Need::required, read_remark_text<LeftOver, &LeftOver::why>},
                                                            {"cite", Need::optional, read_remark_cite<LeftOver>}};

template <class Remark, auto Member, const auto& Keys>
void read_remarks(Reader& reader, const Value& value, Draft& draft) {
  if (!reader.expect(value, JsonNode::Kind::array) || value.node->items.empty()) return;
  reader.each_item(value, [&](const Value& item) {
    RemarkDraft<Remark> remark{{}, draft};
    remark.remark.citation = draft.spec.document;
    read_object<RemarkDraft<Remark>>(reader, item, Keys, remark);
    (draft.spec.*Member).push_back(std::move(remark.remark));
  });
}

void read_id(Reader& reader, const Value& value, Draft& draft) {
  const auto id = reader.text(value);
  if (!id) return;
  if (!is_role_name(*id)) reader.error(value, quoted(*id) + " is not an id: letters, digits, '.', '-' and '_' only");
  draft.spec.id = *id;
}

constexpr KeyRule<Draft> kSpecificationKeys[] = {
    {"$schema", Need::optional, nullptr},
    {"id", Need::required, read_id},
    {"title", Need::required, [](Reader& reader, const Value& value, Draft& draft) { read_text<&Specification::title>(reader, value, draft.spec); }},
    {"document", Need::optional, read_document},
    {"unlisted", Need::optional, read_unlisted},
    {"roles", Need::required, read_roles},
    {"rows", Need::required, read_rows},
    {"constraints", Need::optional, read_constraints},
    {"notes", Need::optional, read_remarks<Note, &Specification::notes, kNoteKeys>},
    {"left_over", Need::optional, read_remarks<LeftOver, &Specification::left_over, kLeftOverKeys>},
};

void read_one(Reader& reader, const Value& value, LoadedSpecifications& loaded) {
  Draft draft;
  draft.spec.roles["ANY"] = {};
  const size_t errors = reader.errors();
  read_object<Draft>(reader, value, kSpecificationKeys, draft);
  const auto same_id = [&](const Specification& other) { return other.id == draft.spec.id; };
  if (reader.errors() == errors && std::any_of(loaded.specifications.begin(), loaded.specifications.end(), same_id))
    reader.error(value, "the id " + quoted(draft.spec.id) + " is used by an earlier specification");
  if (reader.errors() == errors && !reader.full()) loaded.specifications.push_back(std::move(draft.spec));
}

}  // namespace

std::string to_text(const std::vector<Reading>& readings) {
  std::string text;
  for (const Reading& reading : readings) {
    text += text.empty() ? "" : "; ";
    if (!reading.open.empty()) text += reading.open + ": ";
    text += reading.chosen;
    if (!reading.alternative.empty()) text += " (else: " + reading.alternative + ")";
    if (reading.review) text += " [not reviewed]";
  }
  return text;
}

LoadedSpecifications load_specifications(const model::Sources& sources, uint32_t file) {
  LoadedSpecifications loaded;
  const auto root = read_json(sources, file, loaded.diagnostics);
  if (!root || !loaded.diagnostics.empty()) return loaded;
  Reader reader(sources, file);
  const Value whole{&*root, ""};
  if (root->kind == JsonNode::Kind::array) reader.each_item(whole, [&](const Value& item) { read_one(reader, item, loaded); });
  else read_one(reader, whole, loaded);
  loaded.diagnostics = reader.take_diagnostics();
  return loaded;
}

KeysByObject specification_keys() {
  return {{"specification", key_names(kSpecificationKeys)}, {"document", key_names(kDocumentKeys)}, {"cite", key_names(kCiteKeys)},
          {"unlisted", key_names(kUnlistedKeys)},           {"role", key_names(kRoleKeys)},         {"row", key_names(kRowKeys)},
          {"reading", key_names(kReadingKeys)},
          {"constraint", key_names(kConstraintKeys)},       {"note", key_names(kNoteKeys)},         {"left_over", key_names(kLeftOverKeys)}};
}

}  // namespace fwproof::specs
