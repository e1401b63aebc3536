/** Container images: references as people write them, and the digests that registries have for them. */
package io.jenkins.plugins.mlops.core.image;
