package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends every request to the URL that a {@link RequestSigner} gives for it, and once more to a new one when the store refuses
 * it, since the time of the first may have been over. Thread-safe.
 */
final class SignedElsewhere implements Interceptor {

    /** What a request without keys has no use for; S3 demands that what begins with x-amz- is signed. */
    private static final String[] UNSIGNED = {"Authorization", "x-amz-date", "x-amz-content-sha256"};

    private static final String CONDITION = "if-none-match";

    private final URI endpoint;
    private final RequestSigner signer;

    SignedElsewhere(URI endpoint, RequestSigner signer) {
        this.endpoint = endpoint;
        this.signer = signer;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request.Builder plain = chain.request().newBuilder();
        for (String header : UNSIGNED) {
            plain.removeHeader(header);
        }
        Request request = plain.build();
        StoreRequest asked = describe(request);
        URI url = sign(asked, null);
        Response response = chain.proceed(to(request, url));
        if (response.code() != 401 && response.code() != 403) {
            return response;
        }
        response.close();
        URI renewed = sign(asked, url);
        return chain.proceed(to(request, renewed));
    }

    /** Clients that answer later hand on nothing but an IOException; {@link StoreFailures} finds the cause in it. */
    private URI sign(StoreRequest asked, URI refused) throws IOException {
        try {
            return signer.sign(asked, refused);
        } catch (MlopsException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private Request to(Request request, URI url) throws IOException {
        HttpUrl target = HttpUrl.get(url);
        HttpUrl own = HttpUrl.get(endpoint);
        if (target == null
                || own == null
                || !target.scheme().equals(own.scheme())
                || !target.host().equals(own.host())
                || target.port() != own.port()) {
            MlopsException elsewhere = MlopsException.refused("A signed URL leads to " + url.getHost()
                    + " and not to the object store " + endpoint + ", so it is not used");
            throw new IOException(elsewhere.getMessage(), elsewhere);
        }
        return request.newBuilder().url(target).removeHeader("Host").build();
    }

    private static StoreRequest describe(Request request) {
        HttpUrl url = request.url();
        String path = String.join("/", url.pathSegments());
        int slash = path.indexOf('/');
        S3Uri location =
                slash < 0 ? new S3Uri(path, "") : new S3Uri(path.substring(0, slash), path.substring(slash + 1));
        SortedMap<String, String> query = new TreeMap<>();
        for (int i = 0; i < url.querySize(); i++) {
            String value = url.queryParameterValue(i);
            query.put(url.queryParameterName(i), value == null ? "" : value);
        }
        SortedMap<String, String> headers = new TreeMap<>();
        for (String name : request.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-") || lower.equals(CONDITION)) {
                headers.put(lower, request.header(name));
            }
        }
        return new StoreRequest(request.method(), location, query, headers);
    }
}
