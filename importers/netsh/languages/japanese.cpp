// Sources: two printed outputs of Japanese Windows 10/11 on GitHub (a WSL chat log; notes on OpenSSH, 2019-12-27); a Perl script on GitHub
// that lists every label of `show rule name=all verbose` in English and Japanese side by side and notes that the labels of
// `show allprofiles` stay English.
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP932"};
constexpr LabelRow kLabels[] = {
    {Key::name, "規則名"}, {Key::description, "説明"}, {Key::enable, "有効"}, {Key::direction, "方向"}, {Key::profile, "プロファイル"},
    {Key::group, "グループ"}, {Key::local_ip, "ローカル IP"}, {Key::remote_ip, "リモート IP"}, {Key::protocol, "プロトコル"},
    {Key::local_port, "ローカル ポート"}, {Key::remote_port, "リモート ポート"}, {Key::edge, "エッジ トラバーサル"},
    {Key::program, "プログラム"}, {Key::service, "サービス"}, {Key::interface_type, "インターフェイスの種類"},
    {Key::computer_group, "リモート コンピューター グループ"}, {Key::user_group, "リモート ユーザー グループ"},
    {Key::security, "セキュリティ"}, {Key::source, "規則のソース"}, {Key::action, "操作"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "はい", "yes"}, {WordKind::yes_no, "いいえ", "no"},
    {WordKind::direction, "入力", "in"}, {WordKind::direction, "出力", "out"},
    {WordKind::profile, "ドメイン", "domain"}, {WordKind::profile, "プライベート", "private"}, {WordKind::profile, "パブリック", "public"},
    {WordKind::action, "許可", "allow"}, {WordKind::action, "ブロック", "block"}, {WordKind::action, "バイパス", "bypass"},
    {WordKind::any, "任意", "any"},
    {WordKind::on_off, "オン", "on", true}, {WordKind::on_off, "オフ", "off", true},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "ドメイン プロファイル 設定"}, {HeadingKind::private_profile, "プライベート プロファイル 設定"},
    {HeadingKind::public_profile, "パブリック プロファイル 設定"}, {HeadingKind::end, "OK"},
    {HeadingKind::no_rules, "指定された条件に一致する規則はありません。"},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "状態"}, {SettingKind::policy, "ファイアウォール ポリシー"}, {SettingKind::other, "ログ"},
};

}  // namespace

const Language japanese = {"Japanese", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
