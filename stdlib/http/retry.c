/* See retry.h. */
#include "retry.h"

bool http_retry_status(long status)
{
	return status == 429 || status >= 500;
}

bool http_retry_error(CURLcode error)
{
	switch ((int)error) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	default:
		return false;
	}
}

int64_t http_retry_after(const char *text, int64_t now_s)
{
	int64_t seconds = 0;
	const char *at = text;

	while (*at >= '0' && *at <= '9') {
		if (seconds < INT64_MAX / 20)
			seconds = 10 * seconds + (*at - '0');
		at++;
	}
	if (*at && at == text) {
		time_t date = curl_getdate(text, NULL);

		seconds = date < 0 ? 0 : (int64_t)date - now_s;
	}
	if (seconds < 0)
		return 0;
	return seconds < INT64_MAX / 1000000000 ? seconds * 1000000000 : INT64_MAX;
}
