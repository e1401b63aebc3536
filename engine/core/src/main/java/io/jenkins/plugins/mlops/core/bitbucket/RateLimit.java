package io.jenkins.plugins.mlops.core.bitbucket;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Reads when a Data Center that limits its users wants to be asked again: it adds to their permits every so many seconds, and says so
 * in {@code X-RateLimit-Interval-Seconds}; the Retry-After that the other clients know is not in all of its versions.
 */
final class RateLimit implements Interceptor {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final String RETRY_AFTER = "Retry-After";

    @Override
    public Response intercept(Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        String interval = response.header("X-RateLimit-Interval-Seconds");
        return response.code() == TOO_MANY_REQUESTS && interval != null && response.header(RETRY_AFTER) == null
                ? response.newBuilder().header(RETRY_AFTER, interval).build()
                : response;
    }
}
