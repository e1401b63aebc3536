/**
 * Reads what DVC keeps in a Git repository, without DVC: which files an output had at a revision, and where their bytes are. The formats
 * are those of DVC 2 and 3. Nothing here talks to an object store, and nothing that a repository says leads to another server than the
 * one that the caller is connected to.
 */
package io.jenkins.plugins.mlops.core.dvc;
