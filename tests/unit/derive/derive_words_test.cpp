// The small parts of interpretation, each by rows of text and what is read in it.
#include <gtest/gtest.h>

#include "specs/derive/columns.h"
#include "specs/derive/commands.h"
#include "specs/derive/demands.h"
#include "specs/derive/doubts.h"
#include "specs/derive/expressions.h"
#include "specs/derive/left_over.h"
#include "specs/derive/port_cell.h"
#include "specs/derive/roles.h"
#include "specs/derive/title.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

// "53/udp 443-445/tcp 80": each range with the protocols that belong to it; " or" where they are alternatives.
std::string text_of(const PortList& list) {
  std::string text;
  for (const Ports& ports : list.ports) {
    text += (text.empty() ? "" : " ") + to_text(ports);
    for (const unsigned protocol : ports.protocols) text += "/" + std::string(transport_name(protocol));
  }
  return text + (list.alternatives ? " or" : "");
}

struct Case {
  std::string text;
  std::string read;
};

TEST(DerivePorts, AreReadInCells) {
  const std::vector<Case> cases = {
      {"8470", "8470"},
      {"22, 16514", "22 16514"},
      {"67 and 68", "67 68"},
      {"8300-8302", "8300-8302"},
      {"8300–8302", "8300-8302"},
      {"8300 to 8302", "8300-8302"},
      {"50000 through 50059", "50000-50059"},
      {"5000 bis 5010", "5000-5010"},
      {"30000:32767", "30000-32767"},
      {"8630/tcp ~ 8679/tcp", "8630-8679/tcp"},
      {"4505{range}4506", "4505-4506"},
      {"between 5000 and 5010", "5000-5010"},
      {"Ports between 1024 and 65535.", "1024-65535"},
      {"above 1024", "1025-65535"},
      {"below 1024", "1-1023"},
      {"ab 1024", "1024-65535"},
      {"1024+", "1024-65535"},
      {"1024 and above", "1024-65535"},
      {"> 1023", "1024-65535"},
      {"53/udp", "53/udp"},
      {"53/UDP,53/TCP (DNS)", "53/udp 53/tcp"},
      {"TCP 443, UDP 53", "443/tcp 53/udp"},
      {"TCP/80,443 (packages) ou TCP/8080,8443 (containers)", "80/tcp 443/tcp 8080/tcp 8443/tcp or"},
      {"53,1024-65535/TCP/UDP", "53/tcp/udp 1024-65535/tcp/udp"},
      {"TCP/UDP 5060", "5060/tcp/udp"},
      {"5405-5412 UDP", "5405-5412/udp"},
      {"TCP25", "25/tcp"},
      {"8006 (TCP, HTTP/1.1 over TLS)", "8006/tcp"},
      {"TCP 443, 53/udp", "443/tcp 53/udp"},
      {"80 or 8530", "80 8530 or"},
      {"443/8531", "443 8531 or"},
      {"443 [1]", "443"},
      {"1433 [Note 2 Alternate port available]", "1433"},
      {"disabled (8501)", "8501"},
      {"445-135", "445 135"},
      {"POP3, IMAP4, IPv6", ""},
      {"10.0.0.1", ""},
      {"70000", ""},
      {"02:00:5e", ""},
      {"N/A", ""},
  };
  for (const Case& row : cases) EXPECT_EQ(text_of(ports_of_cell(make_passage(row.text, 1))), row.read) << row.text;
}

// "443 ?" where the cell leaves something open.
TEST(DerivePorts, AreOpenWhereACellSaysMore) {
  const std::vector<Case> cases = {
      {"443", "443"},
      {"443/tcp (HTTPS)", "443/tcp"},
      {"HTTP (80), HTTPS (443)", "80 443"},
      {"TCP any", "0-65535/tcp"},
      {"8300-8302 (default)", "8300-8302"},
      {"443 [1]", "443"},
      {"1024-65535 except 3389, 5985", "1024-3388 3390-5984 5986-65535"},
      {"443, but not 80", "443 ?"},
      {"not 23", ""},
      {"443 (unused)", "443 ?"},
      {"443 (or 8443)", "443 8443 or ?"},
      {"443 (formerly 8443)", "443 ?"},
      {"443 web console", "443 ?"},
      {"443!", "443 ?"},
      {"80:8080", "80 ?"},
      {"8080:8090", "8080-8090 ?"},
      {"80 -> 8080", "80 ?"},
      {"5000-4000", "5000 4000 ?"},
      {"10,000", "10000"},
      {"10,000-10,100", "10000-10100"},
      {"80,443", "80 443"},
      {"50,100", "50 100 ?"},
      {"80,443,8443", "80 443 8443"},
      {"1.234.5", ""},
      {"TCP 443, 444 UDP", "443/tcp 444/udp ?"},
      {"83 TCP 84 UDP", "83/tcp 84/udp"},
      {"UDP_53", "53/udp"},
      {"ldaps636", "636"},
      {"8446a", ""},
      {"4\xef\xbf\xbd" "43", ""},
      {"\xef\xbc\x94\xef\xbc\x94\xef\xbc\x93", "443"},
      {"0", ""},
  };
  for (const Case& row : cases) {
    Passage cell = make_passage(row.text, 1);
    const PortCell read = read_port_cell(cell);
    EXPECT_EQ(text_of(read.list) + (read.readings.empty() ? "" : " ?"), row.read) << row.text;
  }
}

TEST(DerivePorts, AreReadInSentences) {
  const std::vector<Case> cases = {
      {"Open firewall ports 110 and 995 for mail.", "110 995"},
      {"TCP ports 5075, 5076 and 5077 need to be open.", "5075/tcp 5076/tcp 5077/tcp"},
      {"Port 808 must be open.", "808"},
      {"traffic in ports above 1024, each of them", "1025-65535"},
      {"Dynamic RPC above port 1024 is needed", "1025-65535"},
      {"reach other nodes over UDP port 8472 when it is used", "8472/udp"},
      {"on 587/TCP and on port 25", "587/tcp | 25"},
      {"Port(s): 22", "22"},
      {"In 2010 there were 3 sites with 50 users", ""},
      {"version 1.2 of port forwarding", ""},
      {"enable IP protocol 47 (GRE)", ""},
  };
  for (const Case& row : cases) {
    const Passage passage = make_passage(row.text, 1);
    std::string read;
    for (const Expression& expression : expressions_in(passage, 0, passage.size()))
      if (expression.evident) read += (read.empty() ? "" : " | ") + text_of(expression.list);
    EXPECT_EQ(read, row.read) << row.text;
  }
}

TEST(DerivePorts, AreReadInItems) {
  const std::vector<Case> cases = {
      {"SMTP Submission - TCP 587 / another way in", "587/tcp"},
      {"IMAP v4rev1 SSL - TCP 993 / for IMAP4", "993/tcp"},
      {"443/tcp (HTTPS)", "443/tcp"},
      {"8300 (TCP): server RPC", "8300/tcp"},
      {"4369: epmd, a discovery service", "4369"},
      {"5672, 5671: AMQP 0-9-1 and AMQP 1.0 without and with TLS", "5672 5671"},
      {"6000 through 6500: replication", "6000-6500"},
      {"SSH: 22", "22"},
      {"80 TCP => for certificates", "80/tcp"},
      {"UDP 5060 and TCP 5061", "5060/udp 5061/tcp"},
      {"02:00:5e:00:00:00 is an address", "none"},
      {"3 servers are needed", "none"},
      {"Since 2019 this is so", "none"},
  };
  for (const Case& row : cases) {
    const auto expression = expression_of_item(make_passage(row.text, 1), true);
    EXPECT_EQ(expression ? text_of(expression->list) : "none", row.read) << row.text;
  }
  EXPECT_FALSE(expression_of_item(make_passage("4369: epmd", 1), false)) << "nothing says that it is a port";
}

TEST(DeriveColumns, AreKnownInSeveralLanguages) {
  struct Header {
    const char* text;
    Column column;
  };
  const std::vector<Header> headers = {
      {"Port", Column::port}, {"**Port(s)**", Column::port}, {"Destination Port", Column::port}, {"Zielport oder Portbereich", Column::port}, {"Puerto", Column::port},
      {"Client Port(s)", Column::source_port}, {"Quellport", Column::source_port}, {"UDP", Column::udp_ports}, {"TCP port", Column::tcp_ports},
      {"From", Column::source}, {"Quelle", Column::source}, {"Origen", Column::source}, {"Depuis", Column::source}, {"To", Column::target}, {"Ziel", Column::target},
      {"Destinations", Column::target}, {"Cible", Column::target}, {"Source/Destination", Column::peer}, {"Richtung", Column::direction}, {"Sens", Column::direction},
      {"ein oder aus", Column::direction}, {"Protokoll", Column::protocol}, {"TCP or UDP", Column::protocol}, {"Dienst", Column::service}, {"Composant", Column::component},
      {"Required For", Column::description}, {"Hinweise", Column::description}, {"Erforderlich", Column::required}, {"Optional", Column::optional}, {"Process", Column::program},
      {"Used By", Column::user}, {"Verbindung", Column::flow},
  };
  for (const Header& header : headers) EXPECT_EQ(column_of_header(header.text), header.column) << header.text;
  EXPECT_FALSE(column_of_header("RAM"));
}

TEST(DeriveColumns, StandInALineOfWords) {
  const auto readings = columns_of_line(make_passage("Port Source Target Description", 1));
  ASSERT_FALSE(readings.empty());
  EXPECT_EQ(readings[0], (std::vector{Column::port, Column::source, Column::target, Column::description}));
  EXPECT_TRUE(columns_of_line(make_passage("Port the boat", 1)).empty());
  EXPECT_TRUE(columns_of_line(make_passage("Source Target", 1)).empty()) << "no ports";
}

TEST(DeriveRoles, AreSplitAndNamed) {
  RoleBook book;
  book.define("ADM", "administration");
  struct Split {
    std::string cell;
    std::vector<std::string> names;
  };
  const std::vector<Split> splits = {
      {"IH, CAS", {"IH", "CAS"}},       {"IH and CAS", {"IH", "CAS"}},  {"ADM / GTW", {"ADM", "GTW"}},
      {"Internet (any)", {"ANY"}},      {"0.0.0.0/0", {"ANY"}},         {"alle", {"ANY"}},
      {"DNS servers and clients", {"DNS servers and clients"}},         {"Point for multicast, both standard and pull", {"Point for multicast, both standard and pull"}},
      {"Storage (virtual, real)", {"Storage (virtual, real)"}},         {"a.example.com, b.example.com", {"a.example.com", "b.example.com"}},
      {"one\ntwo", {"one", "two"}},     {"Amazon, Azure, or Google", {"Amazon", "Azure", "Google"}}, {"-", {}},
  };
  for (const Split& split : splits) EXPECT_EQ(book.split(split.cell), split.names) << split.cell;

  EXPECT_EQ(book.id_of("ADM"), "ADM");
  EXPECT_EQ(book.role("ADM").title, "administration");
  EXPECT_EQ(book.id_of("Client computers"), "Client-computers");
  EXPECT_EQ(book.id_of("client Computers"), "Client-computers") << "the same text is the same role";
  EXPECT_EQ(book.id_of("Client (computers)"), "Client");
  EXPECT_EQ(book.id_of("Client computers!"), "Client-computers-2");
  EXPECT_EQ(book.id_of("my.example.com"), "my.example.com");
  EXPECT_TRUE(book.role("my.example.com").is_name);
  EXPECT_EQ(book.id_of("Störungsmelder"), "Stoerungsmelder");
  EXPECT_EQ(book.id_of("服务器"), "ROLE");
  EXPECT_EQ(book.id_of("any"), "ANY");
}

TEST(DeriveScenes, TellWhoTalksToWhom) {
  const Scene arrow = scene_of("Client --> Distribution point");
  EXPECT_EQ(arrow.from + "|" + arrow.to, "Client|Distribution point");
  EXPECT_FALSE(arrow.both_ways);
  EXPECT_TRUE(scene_of("Management point <--> Site server").both_ways);
  const Scene pattern = scene_of("Ports used for all-machine to control plane communications");
  EXPECT_EQ(pattern.from + "|" + pattern.to, "all-machine|control plane");
  const Scene inbound = scene_of("Inbound Rules for Server Nodes");
  EXPECT_EQ(inbound.direction, Direction::in);
  EXPECT_EQ(inbound.host, "Server Nodes");
  EXPECT_EQ(scene_of("Gateway outgoing traffic").direction, Direction::out);
  EXPECT_EQ(scene_of("Edge Transport Server").host, "Edge Transport Server");
  EXPECT_EQ(scene_of("Ports of the Edge Filer").host, "Edge Filer");
  EXPECT_EQ(scene_of("Firewall ports opened to the Portal:").peer, "Portal");
  EXPECT_FALSE(scene_of("Firewall Rules for Single Server Mode").says_something());
}

TEST(DeriveDoubts, TellDenialsFromDoubts) {
  const auto text_of = [](std::string_view text, Stands stands) {
    const Standing standing = standing_of(text, stands, "it");
    std::string result = standing.denied ? "denied" : standing.doubt ? "doubt" : standing.need ? "need" : "";
    return !standing.optional ? result : result + (*standing.optional ? " optional" : " required");
  };
  EXPECT_EQ(text_of("Ports to block", Stands::heading), "denied");
  EXPECT_EQ(text_of("Blocked ports", Stands::heading), "denied");
  EXPECT_EQ(text_of("Ports for closed networks", Stands::heading), "doubt");
  EXPECT_EQ(text_of("Unblock these ports", Stands::heading), "");
  EXPECT_EQ(text_of("Optional ports", Stands::heading), " optional");
  EXPECT_EQ(text_of("The following ports must not be opened:", Stands::lead), "denied");
  EXPECT_EQ(text_of("The following traffic is dropped, but not logged even with logging enabled:", Stands::lead), "denied");
  EXPECT_EQ(text_of("Ensure that these ports are not blocked by a firewall.", Stands::lead), "");
  EXPECT_EQ(text_of("The following ports are blocked by default:", Stands::lead), "doubt");
  EXPECT_EQ(text_of("must be blocked", Stands::cell), "denied");
  EXPECT_EQ(text_of("must not be open to the Internet", Stands::cell), "doubt");
  EXPECT_EQ(text_of("block storage, message block", Stands::cell), "");
  EXPECT_EQ(text_of("authentication is not required", Stands::cell), "need");
  EXPECT_EQ(text_of("Mandatory, not optional.", Stands::cell), " required");
  EXPECT_EQ(text_of("if not behind a proxy", Stands::cell), "");
}

TEST(DeriveScenes, AreVouchedFor) {
  RoleBook book;
  book.define("VAULT", "the vault");
  const auto text_of = [&](std::string_view heading) {
    const Scene scene = vouched(scene_of(heading), heading, book);
    return scene.from + ">" + scene.to + (scene.names_are_open ? " open" : "");
  };
  EXPECT_EQ(text_of("Client --> VAULT"), "Client>VAULT");
  EXPECT_EQ(text_of("Ports from Heron to Stork"), "Heron>Stork open");
  EXPECT_EQ(text_of("Settings -> Network"), ">");
  EXPECT_EQ(text_of("Changes from 2.1 to 3.0"), ">");
  EXPECT_EQ(text_of("Difference between TCP and UDP"), ">");
  EXPECT_EQ(text_of("Migrating from Heron to Stork"), ">");
}

TEST(DeriveDemands, AreKnownByTheirWording) {
  const auto claim = claim_in("the table below lists all tcp ports that need to be opened");
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->tcp);
  EXPECT_FALSE(claim->other);
  EXPECT_TRUE(claim_in("leave all other ports closed")->other);
  EXPECT_FALSE(claim_in("not all the ports that are listed here are needed"));
  EXPECT_FALSE(claim_in("the table lists some ports"));

  using Kind = model::Constraint::Kind;
  const std::vector<std::pair<std::string, std::optional<Kind>>> sentences = {
      {"on a private network, set up port forwarding rules in the router", Kind::port_forward},
      {"richten sie eine portweiterleitung im router ein", Kind::port_forward},
      {"a router without nat loopback cannot be reached by its public address", Kind::nat_loopback},
      {"a hairpin is needed", Kind::nat_loopback},
      {"use a fixed address outside the dhcp range", Kind::static_address},
      {"the connections must not be intercepted by a proxy", Kind::not_intercepted},
      {"tls traffic should not be decrypted", Kind::not_intercepted},
      {"the proxy inspects all connections", std::nullopt},
      {"no port forward is needed, port forwarding is not required behind nat", std::nullopt},
      {"the server gets its address by dhcp", std::nullopt},
      {"port forwarding on the router is optional", std::nullopt},
      {"do not use port forwarding on the router", std::nullopt},
      {"nat loopback is not needed", std::nullopt},
      {"the dhcp range is not in use", std::nullopt},
      {"do not worry: tls traffic may be intercepted", std::nullopt},
      {"you should never see an intercepted connection warning", std::nullopt},
  };
  for (const auto& [sentence, kind] : sentences) EXPECT_EQ(constraint_in(sentence), kind) << sentence;
  EXPECT_EQ(undemanded_constraint_in("port forwarding on the router is optional"), Kind::port_forward);
  EXPECT_EQ(undemanded_constraint_in("a hairpin is needed"), std::nullopt);
  EXPECT_FALSE(claim_in("the list describes how all clients find ports"));
  EXPECT_EQ(alternative_in("add a line to the hosts file"), "hosts-file");
  EXPECT_EQ(alternative_in("use separate dns servers inside and outside"), "internal-dns");
  EXPECT_EQ(alternative_in("change the client to the internal ip"), "internal-address");
  EXPECT_EQ(alternative_in("buy another router"), std::nullopt);
}

TEST(DeriveConditions, AreCutOut) {
  EXPECT_EQ(condition_in("MQTT clients (only if the plugin is enabled), port"), "only if the plugin is enabled");
  EXPECT_EQ(condition_in("If Kerberos is used"), "If Kerberos is used");
  EXPECT_EQ(condition_in("Nur erforderlich, wenn Sie einen DNS-Server verwenden. Sonst nicht"), "wenn Sie einen DNS-Server verwenden");
  EXPECT_EQ(condition_in("change it if it's not 22"), "");
  EXPECT_EQ(condition_in("used for sending"), "");
  EXPECT_TRUE(says_optional("webmail (optional)"));
  EXPECT_TRUE(says_optional("optional: for pairing"));
  EXPECT_FALSE(says_optional("optionally encrypted"));
}

TEST(DeriveTitles, AndRevisionsAreFound) {
  const auto revision = [](const std::string& line) {
    Document document;
    document.blocks.push_back({});
    document.blocks[0].lines.push_back({line, 1});
    return revision_of(document);
  };
  EXPECT_EQ(revision("Revision as of 07:21, 10 April 2019 by somebody"), "2019-04-10");
  EXPECT_EQ(revision("Last updated: April 10, 2019"), "2019-04-10");
  EXPECT_EQ(revision("Stand: 10.04.2019"), "2019-04-10");
  EXPECT_EQ(revision("Date: 2019-04-10"), "2019-04-10");
  EXPECT_EQ(revision("Date: 11/06/2018"), "11/06/2018") << "the 11th of June or the 6th of November";
  EXPECT_EQ(revision("Date: 12/26/2023"), "2023-12-26");
  EXPECT_EQ(revision("Exchange 2010"), "");
  EXPECT_TRUE(is_title_line("Firewall Rules For Single Server Mode"));
  EXPECT_FALSE(is_title_line("This is a sentence."));
  EXPECT_FALSE(is_title_line("netsh advfirewall firewall add rule"));
}

TEST(DeriveCommands, AreToldFromSentences) {
  const std::vector<Line> lines = {{"Run these:", 1},          {"# the gateway", 2}, {"netsh advfirewall firewall add rule name=\"x\" `", 3}, {"dir=in localport=25", 4},
                                   {"sudo ufw allow 80/tcp", 5}, {"iptables is a firewall", 6}};
  const std::vector<LineKind> kinds = kinds_of_lines(lines, false);
  EXPECT_EQ(kinds, (std::vector{LineKind::text, LineKind::comment, LineKind::command, LineKind::command, LineKind::command, LineKind::text}));
  const std::vector<PrintedCommand> commands = commands_in(lines, kinds);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].first_line, 3u);
  EXPECT_EQ(commands[0].last_line, 4u);
  EXPECT_EQ(commands[0].text, "netsh advfirewall firewall add rule name=\"x\" `\ndir=in localport=25");
}

TEST(DeriveLeftOver, SaysWhy) {
  const std::vector<Case> cases = {
      {"since 2010 it is so", "2010: a year, or part of a name"},
      {"(c) 2010-2019 Example", "2010-2019: a year, or part of a name"},
      {"on 10 April 2019", "10: part of a date; 2019: part of a date"},
      {"at 07:21 today", "07:21: a time of day"},
      {"version 1.27.4 of it", "1.27.4: part of a version"},
      {"from 192.0.2.0/24 only", "192.0.2.0/24: part of an address"},
      {"see https://example.com:8443/x", "8443: part of a web address"},
      {"needs 16 GB of memory", "16: a quantity"},
      {"see [1] and RFC 959", "1: the mark of a footnote; 959: a reference"},
      {"the x86-64 system", "64: part of a name"},
      {"POP3 and SHA256 have none", ""},
      {"it may be 443", "443: else"},
  };
  for (const Case& row : cases) {
    LeftOverList list;
    collect_left_over(make_passage(row.text, 1), "else", list);
    std::string read;
    for (const LeftOver& left : list.entries) read += (read.empty() ? "" : "; ") + left.text + ": " + left.why;
    EXPECT_EQ(read, row.read) << row.text;
  }
}

}  // namespace
}  // namespace fwproof::specs::derive
