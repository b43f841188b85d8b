// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/reflection.hpp"

#include <troupe/rpc_status.hpp>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/generated_message_reflection.h>
#include <grpc/reflection/v1/reflection.pb.h>

#include <set>

// Descriptors of files that nothing else refers to are dropped by the linker; naming their tables
// keeps them.
extern const google::protobuf::internal::DescriptorTable
    descriptor_table_temporal_2fapi_2fworkflowservice_2fv1_2fservice_2eproto;
extern const google::protobuf::internal::DescriptorTable
    descriptor_table_temporal_2fapi_2foperatorservice_2fv1_2fservice_2eproto;
extern const google::protobuf::internal::DescriptorTable
    descriptor_table_grpc_2fhealth_2fv1_2fhealth_2eproto;
extern const google::protobuf::internal::DescriptorTable
    descriptor_table_grpc_2freflection_2fv1alpha_2freflection_2eproto;

namespace troupe::embedded {

namespace {

[[gnu::used]] const void* const kept_descriptors[] = {
    &descriptor_table_temporal_2fapi_2fworkflowservice_2fv1_2fservice_2eproto,
    &descriptor_table_temporal_2fapi_2foperatorservice_2fv1_2fservice_2eproto,
    &descriptor_table_grpc_2fhealth_2fv1_2fhealth_2eproto,
    &descriptor_table_grpc_2freflection_2fv1alpha_2freflection_2eproto};

namespace wire = grpc::reflection::v1;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

void add_with_imports(
    const FileDescriptor& file,
    std::set<const FileDescriptor*>& seen,
    wire::FileDescriptorResponse& answer) {
  if (!seen.insert(&file).second)
    return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  answer.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i)
    add_with_imports(*file.dependency(i), seen, answer);
}

void answer_file(
    const FileDescriptor* file, const std::string& what, wire::ServerReflectionResponse& response) {
  if (file == nullptr) {
    auto& error = *response.mutable_error_response();
    error.set_error_code(static_cast<int>(status_code::not_found));
    error.set_error_message(what + " not found");
    return;
  }
  std::set<const FileDescriptor*> seen;
  add_with_imports(*file, seen, *response.mutable_file_descriptor_response());
}

} // namespace

bool answer_reflection(
    std::string_view request, const std::vector<std::string>& services, std::string& response) {
  wire::ServerReflectionRequest question;
  if (!question.ParseFromArray(request.data(), static_cast<int>(request.size())))
    return false;
  const auto& pool = *DescriptorPool::generated_pool();
  wire::ServerReflectionResponse answer;
  answer.set_valid_host(question.host());
  *answer.mutable_original_request() = question;
  switch (question.message_request_case()) {
  case wire::ServerReflectionRequest::kListServices:
    for (const auto& name : services)
      answer.mutable_list_services_response()->add_service()->set_name(name);
    break;
  case wire::ServerReflectionRequest::kFileByFilename:
    answer_file(
        pool.FindFileByName(question.file_by_filename()),
        "file " + question.file_by_filename(),
        answer);
    break;
  case wire::ServerReflectionRequest::kFileContainingSymbol:
    answer_file(
        pool.FindFileContainingSymbol(question.file_containing_symbol()),
        "symbol " + question.file_containing_symbol(),
        answer);
    break;
  case wire::ServerReflectionRequest::kFileContainingExtension: {
    const auto& wanted = question.file_containing_extension();
    const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
    const auto* field =
        type ? pool.FindExtensionByNumber(type, wanted.extension_number()) : nullptr;
    answer_file(
        field ? field->file() : nullptr,
        "extension " + std::to_string(wanted.extension_number()) + " of "
            + wanted.containing_type(),
        answer);
    break;
  }
  case wire::ServerReflectionRequest::kAllExtensionNumbersOfType: {
    const auto& name = question.all_extension_numbers_of_type();
    const auto* type = pool.FindMessageTypeByName(name);
    if (type == nullptr) {
      answer_file(nullptr, "type " + name, answer);
      break;
    }
    auto& numbers = *answer.mutable_all_extension_numbers_response();
    numbers.set_base_type_name(name);
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    pool.FindAllExtensions(type, &fields);
    for (const auto* field : fields)
      numbers.add_extension_number(field->number());
    break;
  }
  case wire::ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET: {
    auto& error = *answer.mutable_error_response();
    error.set_error_code(static_cast<int>(status_code::invalid_argument));
    error.set_error_message("the reflection request asks nothing");
    break;
  }
  }
  response = answer.SerializeAsString();
  return true;
}

} // namespace troupe::embedded
