// Sources: output of Windows 11 in zh-TW filtered through findstr, on GitHub (notes on WSL port forwarding): 規則名稱, 群組, 本機連接埠,
// 遠端連接埠, with LocalIP and RemoteIP untranslated. The other words are those of the Windows Firewall snap-in and its policy template
// (WindowsFirewall.adml, zh-TW).
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP950"};
constexpr LabelRow kLabels[] = {
    {Key::name, "規則名稱"}, {Key::description, "描述"}, {Key::enable, "已啟用"}, {Key::enable, "啟用"}, {Key::direction, "方向"},
    {Key::profile, "設定檔"}, {Key::group, "群組"}, {Key::local_ip, "本機 IP"}, {Key::remote_ip, "遠端 IP"}, {Key::protocol, "通訊協定"},
    {Key::local_port, "本機連接埠"}, {Key::remote_port, "遠端連接埠"}, {Key::edge, "邊緣周遊"}, {Key::program, "程式"},
    {Key::service, "服務"}, {Key::interface_type, "介面類型"}, {Key::computer_group, "遠端電腦群組"}, {Key::user_group, "遠端使用者群組"},
    {Key::security, "安全性"}, {Key::source, "規則來源"}, {Key::action, "動作"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "是", "yes"}, {WordKind::yes_no, "否", "no"},
    {WordKind::direction, "輸入", "in"}, {WordKind::direction, "入", "in", true}, {WordKind::direction, "輸出", "out"},
    {WordKind::direction, "出", "out", true},
    {WordKind::profile, "網域", "domain"}, {WordKind::profile, "私人", "private"}, {WordKind::profile, "公用", "public"},
    {WordKind::action, "允許", "allow"}, {WordKind::action, "封鎖", "block"},
    {WordKind::any, "任一", "any"}, {WordKind::any, "任何", "any"},
    {WordKind::on_off, "開啟", "on", true}, {WordKind::on_off, "關閉", "off", true},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "網域設定檔 設定"}, {HeadingKind::private_profile, "私人設定檔 設定"},
    {HeadingKind::public_profile, "公用設定檔 設定"}, {HeadingKind::end, "確定。"},
    {HeadingKind::no_rules, "沒有符合指定準則的規則。"},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "狀態"}, {SettingKind::policy, "防火牆原則"}, {SettingKind::other, "記錄"},
};

}  // namespace

const Language chinese_traditional = {"Chinese (traditional)", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
