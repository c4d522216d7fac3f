"""Texts that are counted or hidden otherwise: scripts without spaces, and words that only scripts would show."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.characters import fold, word_count
from services.parser.extract import extract
from tests.support.written_pages import ENGLISH, body, line, of_words, page

CHINESE = (
    "港务委员会星期二同意重建东码头，该码头自去年冬天的风暴以来一直关闭，费用由基金支付。",
    "没有人反对，不过有两名委员询问工程是否可以等到渔季结束、船只停靠在港池之后再进行。",
    "市长回答说，每推迟一个月，城镇付出的代价都比木材本身更高，而且木匠只有春天才有时间。",
)
JAPANESE = (
    "港湾評議会は火曜日、昨年冬の嵐以来閉鎖されていた東桟橋を再建し、費用を基金から支払うことで合意した。",
    "反対する者はいなかったが、二人の議員は、漁期が終わり船が港に入るまで工事を待てないかと尋ねた。",
    "町長は、一か月遅れるごとに木材よりも高くつき、造船所の大工は春にしか時間がないと答えた。",
)
THAI = (
    "สภาท่าเรือตกลงเมื่อวันอังคารที่จะสร้างท่าเทียบเรือฝั่งตะวันออกขึ้นใหม่ ซึ่งปิดมาตั้งแต่พายุฤดูหนาวปีที่แล้ว",
    "ไม่มีใครคัดค้าน แม้สมาชิกสองคนถามว่างานนี้จะรอจนกว่าฤดูประมงจะสิ้นสุดและเรือจอดอยู่ในอ่างได้หรือไม่",
    "นายกเทศมนตรีตอบว่าทุกเดือนเมืองต้องเสียมากกว่าค่าไม้ และช่างไม้ของอู่มีเวลาเฉพาะในฤดูใบไม้ผลิเท่านั้น",
)
KOREAN = (
    "항만위원회는 화요일 지난 겨울 폭풍 이후 폐쇄되었던 동쪽 부두를 재건하고 기금에서 비용을 지불하기로 합의했다.",
    "반대하는 사람은 없었지만 두 의원은 어업 철이 끝나고 배가 항구에 들어올 때까지 공사를 기다릴 수 있는지 물었다.",
    "시장은 매달 목재보다 더 많은 비용이 들며 조선소의 목수들은 봄에만 시간이 있다고 대답했다.",
)
ARABIC = (
    "وافق مجلس الميناء يوم الثلاثاء على إعادة بناء الرصيف الشرقي الذي كان مغلقا منذ عاصفة الشتاء الماضي.",
    "ولم يعترض أحد على ذلك، رغم أن عضوين سألا عما إذا كان يمكن تأجيل العمل حتى نهاية موسم الصيد.",
    "وأجاب رئيس البلدية بأن كل شهر يكلف المدينة أكثر من الخشب نفسه، وأن النجارين ليس لديهم وقت إلا في الربيع.",
)
HEADLINES = {
    "zh": ("港务委员会重建码头", CHINESE),
    "ja": ("港湾評議会、桟橋を再建", JAPANESE),
    "th": ("สภาท่าเรือสร้างท่าเทียบเรือใหม่", THAI),
    "ko": ("항만위원회, 부두 재건", KOREAN),
    "ar": ("مجلس الميناء يعيد بناء الرصيف", ARABIC),
}


@pytest.mark.parametrize("lang", HEADLINES)
@pytest.mark.parametrize("joint", ["</p><p>", "<br><br>"])
def test_a_text_is_read_in_any_script(lang, joint):
    """Chinese, Japanese and Thai part no words by spaces: each sentence counted as one word, and was no text."""
    headline, texts = HEADLINES[lang]
    inner = joint.join(texts)
    article = extract(
        page(f"<h1>{headline}</h1><p>{inner}</p>" if "p" in joint else f"<h1>{headline}</h1>{inner}", headline, lang)
    )
    assert body(article) == list(texts)
    assert article.headline == headline


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two words", 2),
        ("zwei Wörter", 2),
        ("重建码头", 3),
        ("重建码头 today", 4),
        ("カタカナ", 3),
        ("รถไฟฟ้า", 2),
        ("부두 재건", 2),
        ("東京都 1234", 3),
    ],
)
def test_words_are_counted_by_letters_where_no_spaces_part_them(text, words):
    assert word_count(text) == words
    assert line(fold(text)).words == words


@pytest.mark.parametrize(
    "text",
    [
        "费用由基金支付，工程将于五月开始，潜水员先检查海底之后再铺。",
        "वह कल घर गया और उसने देखा कि दरवाज़ा खुला था और बत्ती जल रही थी।",
    ],
)
def test_a_full_stop_of_another_script_ends_a_sentence(text):
    assert line(text).is_prose
    assert not line(text.rstrip("。।")).is_prose


UNSHOWN = {
    "for readers without scripts": "<div id='app'></div><noscript>{}</noscript>",
    "hidden until a script comes": "<div style='display: none'>{}</div>",
    "hidden by its attribute": "<section hidden>{}</section>",
}


@pytest.mark.parametrize("name", UNSHOWN)
def test_a_text_that_only_scripts_would_show_is_read_where_nothing_else_is_shown(name):
    """Such a page was refused as empty."""
    inner = UNSHOWN[name].format("".join(f"<p>{text}</p>" for text in ENGLISH))
    assert body(extract(page("<h1>Second Landing Opens Early</h1>" + inner))) == list(ENGLISH)


@pytest.mark.parametrize(("text", "is_read"), [(100, True), (99, False)])
def test_a_shorter_note_for_readers_without_scripts_is_no_article(text, is_read):
    inner = f"<noscript><p>{of_words(60, '.')}</p> <p>{of_words(text - 60, '.')}</p></noscript>"
    reading = extract(page("<h1>Second Landing Opens Early</h1>" + inner))
    assert isinstance(reading, Article if is_read else Rejected)


@pytest.mark.parametrize(("shown", "is_read"), [(29, True), (30, False)])
def test_a_page_that_shows_more_keeps_to_what_it_shows(shown, is_read):
    hidden = of_words(100, "!")
    inner = f"<h1>Second Landing Opens Early</h1><p>{of_words(shown, '.')}</p><noscript><p>{hidden}</p></noscript>"
    assert (hidden in body(extract(page(inner)))) is is_read


def test_a_hidden_dialog_about_cookies_is_no_article():
    inner = f"<div id='app'></div><div class='modal' style='display:none'><p>{of_words(120, '.')}</p></div>"
    assert isinstance(extract(page(inner)), Rejected)
