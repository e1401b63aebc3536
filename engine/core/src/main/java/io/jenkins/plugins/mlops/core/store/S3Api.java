package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.minio.BaseS3Client;
import io.minio.Http;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import okhttp3.OkHttpClient;

/**
 * The S3 operations of MinIO's client, on the HTTP client of this package. Its public client class is not used, since loading
 * that one needs the libraries of snowball uploads (snappy, commons-compress), which nothing here uses.
 */
final class S3Api extends BaseS3Client {

    static {
        StoreXml.keepJavasParser();
    }

    private S3Api(Http.BaseUrl url, Provider provider, OkHttpClient client) {
        super(url, provider, client, false);
    }

    /** @param signedElsewhere whether the client's requests get their signatures later, for which paths must begin with the bucket */
    static S3Api of(ObjectStoreSettings settings, boolean signedElsewhere, OkHttpClient client) {
        ObjectStoreSettings.Credentials keys = settings.credentials();
        try {
            Http.BaseUrl url = new Http.BaseUrl(settings.endpoint().toString());
            url.setRegion(settings.region());
            if (signedElsewhere) {
                url.disableVirtualStyleEndpoint();
            }
            return new S3Api(
                    url,
                    keys == null
                            ? null
                            : new StaticProvider(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()),
                    client);
        } catch (IllegalArgumentException e) {
            throw MlopsException.usage(
                    "The object store " + settings.endpoint() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
