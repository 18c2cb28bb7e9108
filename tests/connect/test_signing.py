"""The signing vectors that partners have published, recomputed."""

from __future__ import annotations

import base64

from waypost.connect.signing import fits_base64, hmac_base64, wrapped_hmac, wrapped_md5


def test_tiktok_shop() -> None:
    fields = {"app_key": "29a39d", "timestamp": "1623812664"}
    signed = wrapped_hmac(fields, "e59af819cc", "/authorization/202309/shops")
    assert signed == "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"


def test_taobao_top() -> None:
    fields = {
        "method": "taobao.item.seller.get", "app_key": "12345678", "session": "test", "sign_method": "md5",
        "timestamp": "2016-01-01 12:00:00", "format": "json", "v": "2.0", "fields": "num_iid,title,nick,price,num",
        "num_iid": "11223344",
    }  # fmt: skip
    assert wrapped_md5(fields, "helloworld") == "66987CB115214E59E6EC978214934FB8"


def test_jd_jos() -> None:
    asked = (
        '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1","page_size":"200",'
        '"start_date":null}'
    )
    fields = {
        "360buy_param_json": asked, "access_token": "yourtoken", "app_key": "yourappkey", "v": "2.0",
        "method": "jingdong.pop.order.search", "timestamp": "2021-05-07 09:20:39.683+0800",
    }  # fmt: skip
    assert wrapped_md5(fields, "yourappSecret") == "D70825340F4084360B9362B60DFD7930"


def test_the_hmac_is_that_of_rfc_4231() -> None:
    # Test case 2 of the RFC: key "Jefe", in base64 here.
    body = b"what do ya want for nothing?"
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    signed = base64.b64encode(bytes.fromhex(expected)).decode()
    assert hmac_base64(body, "Jefe") == signed
    assert fits_base64(signed, body, "Jefe")
    for wrong in ("", "no base64!", signed[:-2], signed + "AAAA", base64.b64encode(b"x").decode()):
        assert not fits_base64(wrong, body, "Jefe")
    assert not fits_base64(signed, body + b" ", "Jefe")
    assert not fits_base64("ünicode", body, "Jefe")
