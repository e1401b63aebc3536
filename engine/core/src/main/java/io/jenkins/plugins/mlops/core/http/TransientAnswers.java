package io.jenkins.plugins.mlops.core.http;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import okhttp3.Interceptor;
import okhttp3.Response;

/** Turns HTTP 429 and the 5xx that pass into a {@link RetryPolicy.Transient} that knows the server's Retry-After. */
public final class TransientAnswers implements Interceptor {

    private static final int NOT_IMPLEMENTED = 501;

    @Override
    public Response intercept(Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        RetryPolicy.Transient busy = of(response.code(), response.header("Retry-After"));
        if (busy == null) {
            return response;
        }
        response.close();
        throw busy;
    }

    /** What an answer of a status stands for; null when it is not one that passes. */
    static RetryPolicy.Transient of(int status, String retryAfter) {
        return status != 429 && (status < 500 || status == NOT_IMPLEMENTED)
                ? null
                : new RetryPolicy.Transient("answered HTTP " + status, null, retryAfter(retryAfter));
    }

    /** Seconds or a date, as RFC 9110, 10.2.3 says; zero for anything else. */
    static Duration retryAfter(String value) {
        if (value == null) {
            return Duration.ZERO;
        }
        try {
            return Duration.ofSeconds(Math.max(0, Long.parseLong(value.trim())));
        } catch (NumberFormatException notSeconds) {
            try {
                ZonedDateTime until = ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME);
                Duration wait = Duration.between(ZonedDateTime.now(until.getZone()), until);
                return wait.isNegative() ? Duration.ZERO : wait;
            } catch (DateTimeException e) {
                return Duration.ZERO;
            }
        }
    }
}
