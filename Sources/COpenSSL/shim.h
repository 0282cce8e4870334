#ifndef AGENTRUN_ADMISSION_COPENSSL_SHIM_H
#define AGENTRUN_ADMISSION_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Swift cannot import function-like macros, 64-bit shift macros or variadic functions: each function below stands for one.

/// Macro over SSL_CTX_ctrl.
static inline int COpenSSL_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

/// Macro over SSL_CTX_ctrl.
static inline void COpenSSL_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

/// Macro over SSL_CTX_ctrl.
static inline void COpenSSL_SSL_CTX_set_read_ahead(SSL_CTX *context, int isOn) {
    SSL_CTX_set_read_ahead(context, isOn);
}

/// Macro over SSL_CTX_ctrl.
static inline void COpenSSL_SSL_CTX_disable_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/// Macro over SSL_CTX_ctrl.
static inline int COpenSSL_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

/// SSL_OP_* are macros with a 64-bit shift.
static inline uint64_t COpenSSL_server_options(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE
        | SSL_OP_PRIORITIZE_CHACHA;
}

/// SSL_OP_* are macros with a 64-bit shift.
static inline uint64_t COpenSSL_client_options(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET;
}

/// Macro over SSL_ctrl.
static inline int COpenSSL_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// Typed stack accessors are macros.
static inline int COpenSSL_GENERAL_NAMES_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

/// Typed stack accessors are macros.
static inline const GENERAL_NAME *COpenSSL_GENERAL_NAMES_value(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

/// Typed stack accessors are macros. Takes ownership of `name` when it returns non-zero.
static inline int COpenSSL_GENERAL_NAMES_push(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}

/// Macro over the variadic EVP_PKEY_Q_keygen.
static inline EVP_PKEY *COpenSSL_generate_P256(void) {
    return EVP_EC_gen("P-256");
}

/// Macro over the variadic EVP_PKEY_Q_keygen.
static inline EVP_PKEY *COpenSSL_generate_RSA(unsigned int bits) {
    return EVP_RSA_gen(bits);
}

#endif
