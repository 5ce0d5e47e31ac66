// Listings: what each property of a rule and of a profile means, asked of the plain evaluator.
#include "importers/netsh/language.h"
#include "importers/netsh/words.h"
#include "support.h"

namespace fwproof::importers::netsh {
namespace {

struct Row {
  const char* what;
  std::string text;
  Question question;
  const char* expected;
};
// Names the row in test lists.
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }
class Listings : public testing::TestWithParam<Row> {};

TEST_P(Listings, Decide) {
  const ImportedHost host = import_texts({GetParam().text});
  EXPECT_EQ(ask(host, GetParam().question), GetParam().expected) << GetParam().what;
  EXPECT_EQ(lines_of_class(host, model::LineClass::unrecognised), 0U) << GetParam().what;
}

const std::string kVerboseEnd = "Program:                              C:\\Apps\\X.exe\nInterfaceTypes:                       Any\nSecurity:                             NotRequired\nRule source:                          Local Setting\n";
std::string profiles(const std::string& state, const std::string& policy) {
  std::string text;
  for (const char* name : {"Domain", "Private", "Public"})
    text += std::string(name) + " Profile Settings: \n" + std::string(70, '-') + "\nState                                 " + state +
            "\nFirewall Policy                       " + policy + "\nLocalFirewallRules                    N/A (GPO-store only)\n\nLogging:\nFileName                              x.log\n\n";
  return text + "Ok.\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Listings,
    testing::Values(
        Row{"allow", print({}), {}, "accept"}, Row{"other port", print({}), {.dst_port = 81}, "drop"},
        Row{"block wins", print({}) + print({.name = "b", .action = "Block"}), {}, "drop"},
        Row{"disabled", print({.enabled = "No"}), {}, "drop"},
        Row{"other profile", print({.profiles = "Public"}), {}, "drop"},
        Row{"any port hides a program", print({.local_port = "Any"}), {}, "depends"},
        Row{"any protocol hides a program", print({.protocol = "Any", .local_port = "", .remote_port = ""}), {}, "depends"},
        Row{"a block rule without a port blocks", print({}) + print({.name = "b", .local_port = "Any", .action = "Block"}), {}, "drop"},
        Row{"remote address", print({.remote_ip = "10.0.0.0/8,192.0.2.5"}), {}, "accept"},
        Row{"remote address, other", print({.remote_ip = "10.0.0.0/8,192.0.2.6-192.0.2.9"}), {}, "drop"},
        Row{"local address", print({.local_ip = "198.51.100.11"}), {}, "drop"},
        Row{"LocalSubnet", print({.remote_ip = "LocalSubnet"}), {}, "depends"},
        Row{"IPv6 only", print({.remote_ip = "fe80::/64"}), {}, "drop"},
        Row{"IPv6", print({.remote_ip = "fe80::/64"}), {.src = "fe80::1", .dst = "fe80::2"}, "accept"},
        Row{"remote port", print({.remote_port = "1024-65535"}), {}, "accept"},
        Row{"remote port, other", print({.remote_port = "1-1023"}), {}, "drop"},
        Row{"RPC endpoint mapper", print({.local_port = "RPC-EPMap"}), {.dst_port = 135}, "accept"},
        Row{"RPC", print({.local_port = "RPC"}), {.dst_port = 50000}, "depends"},
        Row{"RPC is TCP", print({.local_port = "RPC"}), {.protocol = 17, .dst_port = 50000}, "drop"},
        Row{"RPC below the dynamic range", print({.local_port = "RPC"}), {.dst_port = 8474}, "drop"},
        Row{"Teredo is UDP", print({.protocol = "UDP", .local_port = "Teredo"}), {.protocol = 17, .dst_port = 3544}, "drop"},
        Row{"ICMP table without rows", print({.protocol = "ICMPv4\n                                      Type    Code", .local_port = "", .remote_port = ""}), {.protocol = 1}, "depends"},
        Row{"an address that is cut off", print({.remote_ip = ""}), {}, "depends"},
        Row{"program in another case", print({.extra = kVerboseEnd}), {.program = "C:\\apps\\X.EXE"}, "accept"},
        Row{"a folder of Windows", print({.extra = "Program:                              %SystemRoot%\\system32\\svchost.exe\n"}), {.program = "C:\\Windows\\System32\\svchost.exe"}, "accept"},
        Row{"a folder of a user", print({.extra = "Program:                              %LocalAppData%\\x.exe\n"}), {.program = "c:\\users\\a\\appdata\\local\\x.exe"}, "depends"},
        Row{"a command in a description", print({.extra = "Description:                          run\n"}) + print({.name = "netsh advfirewall set allprofiles state off", .local_port = "81"}), {}, "accept"},
        Row{"a word with something behind it", print({.action = "Block\n                                      x"}), {}, "depends"},
        Row{"local rules ignored", print({}) + "Domain Profile Settings: \n" + std::string(70, '-') + "\nState                                 ON\nFirewall Policy                       BlockInbound,AllowOutbound\nLocalFirewallRules                    Disable\n", {}, "depends"},
        Row{"protocol number", print({.protocol = "47", .local_port = "", .remote_port = ""}), {.protocol = 6}, "drop"},
        Row{"ICMP type", print({.protocol = "ICMPv4\n                                      Type    Code\n                                      8       Any ", .local_port = "80", .remote_port = ""}), {.protocol = 1, .icmp_type = 3}, "drop"},
        Row{"program matches", print({.extra = kVerboseEnd}), {.program = "c:\\apps\\x.exe"}, "accept"},
        Row{"program differs", print({.extra = kVerboseEnd}), {.program = "c:\\apps\\y.exe"}, "drop"},
        Row{"a program without ports is no secret", print({.local_port = "Any", .extra = kVerboseEnd}), {.program = "c:\\apps\\x.exe"}, "accept"},
        Row{"interface type", print({.extra = "InterfaceTypes:                       Wireless\n"}), {}, "depends"},
        Row{"IPsec", print({.extra = "Security:                             Authenticate\n"}), {}, "depends"},
        Row{"bypass", print({.action = "Bypass"}), {}, "depends"},
        Row{"unknown word", print({.action = "Zugelassen"}), {}, "depends"},
        Row{"unknown direction", print({.direction = "Sideways"}), {}, "depends"},
        Row{"unknown label", print({.extra = "Moon phase:                           Full\n"}), {}, "depends"},
        Row{"outbound", print({.direction = "Out", .action = "Block"}), {.inbound = false, .src_port = 80}, "drop"},
        Row{"outbound by default", print({}), {.inbound = false}, "accept"},
        Row{"name with colons", print({.name = "a: b: c"}), {}, "accept"},
        Row{"profile off", print({}) + "Ok.\n\n" + profiles("OFF", "BlockInbound,AllowOutbound"), {.dst_port = 4444}, "accept"},
        Row{"profile on", print({}) + "Ok.\n\n" + profiles("ON", "BlockInbound,AllowOutbound"), {.dst_port = 4444}, "drop"},
        Row{"inbound allowed", profiles("ON", "AllowInbound,AllowOutbound"), {.dst_port = 4444}, "accept"},
        Row{"block always", profiles("ON", "BlockInboundAlways,AllowOutbound") + print({}), {}, "drop"},
        Row{"outbound blocked", profiles("ON", "BlockInbound,BlockOutbound"), {.inbound = false}, "drop"},
        Row{"profile word unknown", profiles("PERHAPS", "BlockInbound,AllowOutbound"), {}, "depends"},
        Row{"no rules", "No rules match the specified criteria.\n", {}, "drop"}));

TEST(Listing, IsTruncated) {
  std::string text = print({});
  text = text.substr(0, text.find("Protocol"));
  const ImportedHost host = import_texts({print({.name = "first"}) + text});
  EXPECT_TRUE(has(host, "input.truncated"));
  EXPECT_EQ(ask(host, {.dst_port = 4444}), "depends");
}

TEST(Listing, InALanguageWithoutATableIsRefused) {
  std::string text = print({});
  const auto replace = [&](const std::string& from, const std::string& to) { text.replace(text.find(from), from.size(), to); };
  replace("Rule Name", "Reegli nimi");
  replace("Enabled", "Lubatud");
  replace("Direction", "Suund");
  replace("Action", "Tegevus");
  const ImportedHost alone = import_texts({text});
  EXPECT_FALSE(alone.understood);
  EXPECT_TRUE(has(alone, "language.unknown"));
  const ImportedHost mixed = import_texts({print({}) + text});
  EXPECT_FALSE(mixed.understood);
  EXPECT_TRUE(has(mixed, "language.unknown"));
}

// `netsh advfirewall monitor show firewall`: global settings, the active profiles, then the rules.
TEST(Listing, OfTheMonitorIsRead) {
  const std::string global = "Global Settings: \n" + std::string(70, '-') + "\nIPsec:\nStrongCRLCheck                        0:Disabled\nStatefulFTP                           Enable\n\n"
                             "Categories:\nBootTimeRuleCategory                  Windows Firewall\n\n";
  const ImportedHost host = import_texts({global + profiles("ON", "BlockInbound,AllowOutbound") + "\nFirewall Rules:\n" + print({}) + "Ok.\n"});
  EXPECT_EQ(ask(host, {}), "accept");
  EXPECT_EQ(ask(host, {.dst_port = 81}), "drop");
  EXPECT_EQ(lines_of_class(host, model::LineClass::unrecognised), 0U);
}

TEST(Listing, InTwoEncodingsIsRefused) {
  std::string wide = "\xff\xfe";
  for (const char c : print({})) wide += {c, '\0'};
  EXPECT_TRUE(import_texts({wide}).understood);
  EXPECT_FALSE(import_texts({wide + print({.local_port = "81"})}).understood);
}

TEST(Listing, JoinedFilesKeepTheirMarks) {
  const std::string mark = "\xef\xbb\xbf";
  const ImportedHost host = import_texts({mark + print({}).substr(1) + mark + print({.local_port = "81"}).substr(1)});
  EXPECT_EQ(ask(host, {.dst_port = 81}), "accept");
}

// "AUS" most likely is OFF, but no output has shown it: neither on nor off is taken for granted.
TEST(Language, PresumedWordsDecideNothing) {
  const std::string text = "Domänenprofil-Einstellungen:\n" + std::string(70, '-') + "\nStatus                                AUS\nFirewallrichtlinie                    BlockInbound,AllowOutbound\n";
  EXPECT_EQ(ask(import_texts({text}), {}), "depends");
}

// A heading without its settings states nothing.
TEST(Listing, OfAProfileThatIsCutOffKeepsTheAssumption) {
  const ImportedHost host = import_texts({"Domain Profile Settings: \n" + std::string(70, '-') + "\nState                                 ON\n"});
  ASSERT_EQ(host.policies.size(), 1U);
  EXPECT_NE(host.policies[0].general_assumptions.at(0).text.find("Windows' own"), std::string::npos);
}

TEST(Listing, NamesItsAssumptions) {
  const ImportedHost host = import_texts({print({})});
  ASSERT_EQ(host.policies.size(), 1U);
  EXPECT_EQ(host.policies[0].assumptions.size(), 1U);
  EXPECT_GE(host.policies[0].general_assumptions.size(), 2U);
}

std::string rule_in(const char* const (&labels)[6], const char* const (&values)[4]) {
  std::string text = std::string(labels[0]) + ":          web\n" + std::string(70, '-') + "\n";
  for (int i = 0; i < 3; ++i) text += std::string(labels[i + 1]) + ":          " + values[i] + "\n";
  text += std::string(labels[4]) + ":          80\n" + labels[5] + ":          " + values[3] + "\n";
  return text;
}

TEST(Language, EachIsRead) {
  const std::vector<std::string> texts = {
      rule_in({"Rule Name", "Enabled", "Direction", "Protocol", "LocalPort", "Action"}, {"Yes", "In", "TCP", "Allow"}),
      rule_in({"Regelname", "Aktiviert", "Richtung", "Protokoll", "Lokaler Port", "Aktion"}, {"Ja", "Eingehend", "TCP", "Zulassen"}),
      rule_in({"Nom de la règle ", "Activé ", "Direction ", "Protocole ", "LocalPort ", "Action "}, {"Oui", "Actif", "TCP", "Autoriser"}),
      rule_in({"Nombre de regla", "Habilitada", "Dirección", "Protocolo", "LocalPort", "Acción"}, {"Sí", "Dentro", "TCP", "Permitir"}),
      rule_in({"Nome da Regra", "Habilitado", "Direção", "Protocolo", "LocalPort", "Ação"}, {"Sim", "Entrada", "TCP", "Permitir"}),
      rule_in({"規則名", "有効", "方向", "プロトコル", "ローカル ポート", "操作"}, {"はい", "入力", "TCP", "許可"}),
      rule_in({"规则名称", "已启用", "方向", "协议", "本地端口", "操作"}, {"是", "入", "TCP", "允许"}),
      rule_in({"規則名稱", "已啟用", "方向", "通訊協定", "本機連接埠", "動作"}, {"是", "輸入", "TCP", "允許"}),
      rule_in({"Nome regola", "Attivata", "Direzione", "Protocollo", "LocalPort", "Azione"}, {"Sì", "In", "TCP", "Consenti"}),
      rule_in({"Имя правила", "Включено", "Направление", "Протокол", "Локальный порт", "Действие"}, {"Да", "Входящие", "TCP", "Разрешить"})};
  ASSERT_EQ(texts.size(), languages().size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const ImportedHost host = import_texts({texts[i]});
    EXPECT_EQ(ask(host, {}), "accept") << texts[i];
    EXPECT_EQ(ask(host, {.dst_port = 81}), "drop") << texts[i];
    EXPECT_EQ(host.inputs.at(0).header.at("language"), languages()[i]->name);
  }
}

// No two languages give one spelling two meanings.
TEST(Language, TablesAgree) {
  for (const Language* language : languages()) {
    for (const LabelRow& row : language->labels) EXPECT_EQ(find_label(row.text), row.key) << language->name << ": " << row.text;
    for (const WordRow& row : language->words) {
      if (row.presumed) continue;
      EXPECT_EQ(find_word(row.kind, row.text), row.english) << language->name << ": " << row.text;
    }
    for (const HeadingRow& row : language->headings) EXPECT_EQ(find_heading(row.text), row.kind) << language->name << ": " << row.text;
    for (const SettingRow& row : language->settings) EXPECT_EQ(find_setting(row.text), row.kind) << language->name << ": " << row.text;
  }
}

TEST(Language, CodePagesAreFound) {
  struct Page {
    const char* name;
    std::string text;
  };
  const std::vector<Page> pages = {
      {"French, CP850", "Nom de la r\x8agle :                     web\n" + std::string(70, '-') + "\nActiv\x82 :        Oui\nDirection :     Actif\nProfils :       Domaine,Priv\x82,Public\nProtocole :     TCP\nLocalPort :     80\nAction :        Autoriser\n"},
      {"French, CP1252", "Nom de la r\xe8gle :                     web\n" + std::string(70, '-') + "\nActiv\xe9 :        Oui\nDirection :     Actif\nProfils :       Domaine,Priv\xe9,Public\nProtocole :     TCP\nLocalPort :     80\nAction :        Autoriser\n"},
      {"German, CP850", "Regelname:                            web\n" + std::string(70, '-') + "\nAktiviert:      Ja\nRichtung:       Eingehend\nProfile:        Dom\x84ne,Privat,\x99" "ffentlich\nProtokoll:      TCP\nLokaler Port:   80\nAktion:         Zulassen\n"},
      {"Japanese, CP932", "\x8b\x4b\x91\xa5\x96\xbc:                               web\n" + std::string(70, '-') + "\n\x97\x4c\x8c\xf8:     \x82\xcd\x82\xa2\n\x95\xfb\x8c\xfc:     \x93\xfc\x97\xcd\n\x83\x76\x83\x8d\x83\x67\x83\x52\x83\x8b:   TCP\n\x83\x8d\x81\x5b\x83\x4a\x83\x8b \x83\x7c\x81\x5b\x83\x67:   80\n\x91\x80\x8d\xec:    \x8b\x96\x89\xc2\n"},
      {"Chinese, CP936", "\xb9\xe6\xd4\xf2\xc3\xfb\xb3\xc6:                             web\n" + std::string(70, '-') + "\n\xd2\xd1\xc6\xf4\xd3\xc3:     \xca\xc7\n\xb7\xbd\xcf\xf2:    \xc8\xeb\n\xd0\xad\xd2\xe9:   TCP\n\xb1\xbe\xb5\xd8\xb6\xcb\xbf\xda:   80\n\xb2\xd9\xd7\xf7:    \xd4\xca\xd0\xed\n"},
      {"Russian, CP866", "\x88\xac\xef \xaf\xe0\xa0\xa2\xa8\xab\xa0:                          web\n" + std::string(70, '-') + "\n\x82\xaa\xab\xee\xe7\xa5\xad\xae:   \x84\xa0\n\x8d\xa0\xaf\xe0\xa0\xa2\xab\xa5\xad\xa8\xa5:   \x82\xe5\xae\xa4\xef\xe9\xa8\xa5\n\x8f\xe0\xae\xe2\xae\xaa\xae\xab:   TCP\n\x8b\xae\xaa\xa0\xab\xec\xad\xeb\xa9 \xaf\xae\xe0\xe2:    80\n\x84\xa5\xa9\xe1\xe2\xa2\xa8\xa5:   \x90\xa0\xa7\xe0\xa5\xe8\xa8\xe2\xec\n"}};
  for (const Page& page : pages) {
    const ImportedHost host = import_texts({page.text});
    EXPECT_EQ(ask(host, {}), "accept") << page.name;
    EXPECT_EQ(ask(host, {.dst_port = 81}), "drop") << page.name;
    EXPECT_EQ(host.inputs.at(0).encoding, "bytes") << page.name;
  }
}

const std::string kLegacy =
    "Domain profile configuration:\n-------------------------------------------------------------------\nOperational mode                  = Enable\n"
    "Exception mode                    = Enable\n\nAllowed programs configuration for Domain profile:\nMode     Traffic direction    Name / Program\n"
    "-------------------------------------------------------------------\nEnable   Inbound              web / C:\\web.exe\n\n"
    "Port configuration for Domain profile:\nPort   Protocol  Mode     Name\n-------------------------------------------------------------------\n"
    "80     TCP       Enable   web\n81     TCP       Disable  off\n\nStandard profile configuration (current):\n"
    "-------------------------------------------------------------------\nOperational mode                  = Disable\n\n"
    "Service configuration for Standard profile:\nMode     Customized  Name\n-------------------------------------------------------------------\n"
    "Enable   No          Remote Desktop\n\nLog configuration:\n-------------------------------------------------------------------\n"
    "File location   = C:\\pf.log\n\nIMPORTANT: Command executed successfully.\nHowever, \"netsh firewall\" is deprecated;\n"
    "use \"netsh advfirewall firewall\" instead.\n";

INSTANTIATE_TEST_SUITE_P(Legacy, Listings,
                         testing::Values(Row{"port", kLegacy, {}, "accept"}, Row{"disabled port", kLegacy, {.dst_port = 81}, "drop"},
                                         Row{"program", kLegacy, {.dst_port = 99, .program = "c:\\web.exe"}, "accept"},
                                         Row{"profile off", kLegacy, {.dst_port = 99, .profile = model::profile_public}, "accept"}));

}  // namespace
}  // namespace fwproof::importers::netsh
